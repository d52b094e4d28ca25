//! A directory with a model: `model.onnx`, `model.json`, and `registered.json` once it was tried.

use super::contract::{ContractError, MODEL_BYTES_MAX};
use super::description::BYTES_MAX;
use super::{Description, DescriptionError, trial};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// File of the graph and its weights.
pub const MODEL_FILE: &str = "model.onnx";
/// File of the description.
pub const DESCRIPTION_FILE: &str = "model.json";
const REGISTRATION_FILE: &str = "registered.json";

/// Why a model directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The description is larger than 64 KiB or the model larger than 512 MiB.
    #[error("{0} is too large")]
    TooLarge(PathBuf),
    /// The description was refused.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// The model is not the described one.
    #[error("model.onnx has the SHA-256 {found}, model.json says {said}")]
    Digest {
        /// Of the file.
        found: String,
        /// Of the description.
        said: String,
    },
    /// The graph was refused.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// It runs only after a trial.
    #[error("the model in {0} is not registered: run `tidemill model install {0}`")]
    NotRegistered(PathBuf),
    /// The runtime cannot run it.
    #[error(transparent)]
    Run(#[from] super::RunError),
}

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {error}")]
pub struct WriteError {
    /// The file or directory.
    pub path: PathBuf,
    /// What the system said.
    pub error: std::io::Error,
}

/// A model directory, read and found consistent.
#[derive(Clone, Debug)]
pub struct ModelDirectory {
    path: PathBuf,
    description: Description,
    onnx: Vec<u8>,
}

impl ModelDirectory {
    /// Reads the directory; the graph is not looked at yet.
    pub fn read(path: &Path) -> Result<Self, OpenError> {
        let description = Description::parse(&read(&path.join(DESCRIPTION_FILE), BYTES_MAX)?)?;
        let onnx = read(&path.join(MODEL_FILE), MODEL_BYTES_MAX)?;
        let found = sha256(&onnx);
        if found != description.sha256.to_ascii_lowercase() {
            return Err(OpenError::Digest { found, said: description.sha256 });
        }
        Ok(Self { path: path.to_owned(), description, onnx })
    }

    /// Writes a model; the description's `sha256` is filled in. The description goes last: a directory that is half
    /// written is not consistent and is refused.
    pub fn write(path: &Path, onnx: &[u8], description: &Description) -> Result<Self, WriteError> {
        let made = std::fs::create_dir_all(path);
        made.map_err(|error| WriteError { path: path.to_owned(), error })?;
        let description = Description { sha256: sha256(onnx), ..description.clone() };
        let json = serde_json::to_vec_pretty(&description);
        let json = json.map_err(|error| WriteError { path: path.to_owned(), error: error.into() })?;
        write(&path.join(MODEL_FILE), onnx)?;
        write(&path.join(DESCRIPTION_FILE), &json)?;
        Ok(Self { path: path.to_owned(), description, onnx: onnx.to_vec() })
    }

    /// The same model in another directory.
    pub fn copy_to(&self, path: &Path) -> Result<Self, WriteError> {
        Self::write(path, &self.onnx, &self.description)
    }

    /// Notes that the model passed its trial: [`Self::is_registered`] holds from now on.
    pub fn register(&self) -> Result<(), WriteError> {
        write(&self.path.join(REGISTRATION_FILE), self.registration().as_bytes())
    }

    /// Whether exactly this model with this description passed its trial.
    pub fn is_registered(&self) -> bool {
        let noted = read(&self.path.join(REGISTRATION_FILE), BYTES_MAX);
        noted.is_ok_and(|noted| noted == self.registration().as_bytes())
    }

    fn registration(&self) -> String {
        let description = serde_json::to_vec(&self.description).unwrap_or_default();
        let described = sha256(&description);
        let value = serde_json::json!({
            "trial": trial::VERSION, "model": self.description.sha256, "description": described,
        });
        format!("{value}\n")
    }

    /// Whether it is the model that [`convert`](crate::convert) makes of the published checkpoint; it needs no trial.
    pub fn is_default(&self) -> bool {
        crate::install::is_default(&self.description)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its description.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The bytes of the graph.
    pub fn onnx(&self) -> &[u8] {
        &self.onnx
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, OpenError> {
    let failed = |error| OpenError::Read { path: path.to_owned(), error };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most { Err(OpenError::TooLarge(path.to_owned())) } else { Ok(bytes) }
}

/// Writes a file so that it is there whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let temporary = path.with_extension("new");
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| WriteError { path: path.to_owned(), error })
}
