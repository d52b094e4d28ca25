//! What turns images into vectors: one of three levels, chosen by configuration.

use crate::hog;
use crate::install;
use crate::model::{
    ContractError, Description, ModelDirectory, Network, OpenError, Output, Ports, RunError, bounded_model,
    check_graph, kernel, planes,
};
use crate::scale::Scale;
use crate::vector::{DIMENSIONS_MAX, DIMENSIONS_MIN, Vector};
use serde::{Deserialize, Serialize};
use std::path::Path;
use tidemill_vision::Pixels;

/// How good an embedding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Learned: what an image shows. EfficientNet-Lite0.
    Default,
    /// Gradients: where edges are. Needs no weights, and does not know what an image shows.
    Basic,
    /// A model of the user's own.
    Custom,
}

/// What made a vector: recorded with every result, and part of the key of stored vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Its level.
    pub level: Level,
    /// Name and version of the model.
    pub model: String,
    /// Digest of the model and of how images are prepared for it: 64 hexadecimal digits.
    pub digest: String,
    /// Runtime and class of processor, which may change the last digits.
    pub kernel: String,
}

/// Turns images into vectors, each on the thread that calls.
#[derive(Debug)]
pub enum Embedder {
    /// The converted EfficientNet-Lite0.
    Default(Model),
    /// Histograms of gradients.
    Basic,
    /// The user's own model.
    Custom(Model),
}

/// A loaded model.
#[derive(Debug)]
pub struct Model {
    network: Network,
    description: Description,
    digest: String,
}

impl Embedder {
    /// The level without a model.
    pub fn basic() -> Self {
        Self::Basic
    }

    /// The model of a directory: [`Embedder::Default`] if it is the converted one, else [`Embedder::Custom`], which
    /// has to be registered.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let directory = ModelDirectory::read(directory)?;
        let default = install::is_default(directory.description());
        if !default && !directory.is_registered() {
            return Err(OpenError::NotRegistered(directory.path().to_owned()));
        }
        let model = Model::load(&directory)?;
        Ok(if default { Self::Default(model) } else { Self::Custom(model) })
    }

    /// The vector of an image, whose transparent parts were laid over grey 127 by the caller.
    pub fn embed(&self, pixels: &Pixels) -> Result<Vector, RunError> {
        match self {
            Self::Basic => hog::embed(pixels),
            Self::Default(model) | Self::Custom(model) => model.embed(pixels),
        }
    }

    /// How cosines of its vectors are to be read.
    pub fn scale(&self) -> Scale {
        match self {
            Self::Basic => Scale::BASIC,
            Self::Default(model) | Self::Custom(model) => Scale::of(model.description.calibration),
        }
    }

    /// Its level.
    pub fn level(&self) -> Level {
        match self {
            Self::Default(_) => Level::Default,
            Self::Basic => Level::Basic,
            Self::Custom(_) => Level::Custom,
        }
    }

    /// What made its vectors.
    pub fn provenance(&self) -> Provenance {
        let (model, digest) = match self {
            Self::Basic => (hog::NAME.to_owned(), blake3::hash(hog::NAME.as_bytes()).to_hex().to_string()),
            Self::Default(model) | Self::Custom(model) => {
                (format!("{} {}", model.description.name, model.description.version), model.digest.clone())
            }
        };
        Provenance { level: self.level(), model, digest, kernel: kernel() }
    }
}

impl Model {
    fn load(directory: &ModelDirectory) -> Result<Self, OpenError> {
        let graph = bounded_model(directory.onnx())?;
        let description = directory.description().clone();
        ports_of(&check_graph(&graph)?, &description)?;
        let shape = [1, 3, description.height as usize, description.width as usize];
        let network = Network::load(&graph, &shape)?;
        let digest = digest(&description);
        Ok(Self { network, description, digest })
    }

    fn embed(&self, pixels: &Pixels) -> Result<Vector, RunError> {
        vector_of(&self.network.run(&planes(pixels, &self.description)?)?)
    }
}

/// Of everything that decides what a vector is: not of names, licence and calibration.
fn digest(model: &Description) -> String {
    let parts = serde_json::json!([
        model.sha256.to_ascii_lowercase(),
        model.width,
        model.height,
        model.resize,
        model.filter,
        model.mean,
        model.std,
        model.color,
    ]);
    blake3::hash(parts.to_string().as_bytes()).to_hex().to_string()
}

/// How many images a graph takes at once; `None` if any number.
pub(crate) struct Batch {
    pub(crate) batch: Option<usize>,
}

/// Checks that the graph's input and output are what the description says.
pub(crate) fn ports_of(ports: &Ports, model: &Description) -> Result<Batch, ContractError> {
    let rule = |text: String| Err(ContractError::Rule(text));
    for (port, said) in [(&ports.input, &model.input), (&ports.output, &model.output)] {
        if port.name != *said {
            return rule(format!("model.json names {said:?}, the graph has {:?}", port.name));
        }
    }
    let image = [3, model.height as usize, model.width as usize];
    let fits = |(found, wanted): (&Option<usize>, &usize)| found.is_none_or(|found| found == *wanted);
    let batch = match &ports.input.shape[..] {
        [batch @ (None | Some(1)), rest @ ..] if rest.len() == 3 && rest.iter().zip(&image).all(fits) => {
            *batch
        }
        shape => return rule(format!("its input is {shape:?} and must be [N or 1, 3, height, width]")),
    };
    let dimensions = match &ports.output.shape[..] {
        [_, dimensions] | [_, dimensions, Some(1), Some(1)] => *dimensions,
        shape => return rule(format!("its output is {shape:?} and must be [N, D] or [N, D, 1, 1]")),
    };
    if dimensions.is_some_and(|d| !(DIMENSIONS_MIN..=DIMENSIONS_MAX).contains(&d)) {
        return rule(format!("its output has {dimensions:?} dimensions, allowed are 16 to 4096"));
    }
    Ok(Batch { batch })
}

/// The vector of an output for one image.
pub(crate) fn vector_of(output: &Output) -> Result<Vector, RunError> {
    let fits = matches!(output.shape[..], [1, _] | [1, _, 1, 1]);
    if !fits || !(DIMENSIONS_MIN..=DIMENSIONS_MAX).contains(&output.data.len()) {
        return Err(RunError::Failed(format!("its output has the shape {:?}", output.shape)));
    }
    Vector::normalised(&output.data).ok_or(RunError::NotFinite)
}
