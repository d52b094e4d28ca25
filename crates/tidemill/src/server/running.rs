//! The file that tells client commands where the server on a data directory listens.

use crate::data_dir::write_new;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

const FILE: &str = "running.toml";

/// Where a running server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    /// URL of the API.
    pub(crate) api: String,
    /// URL of the object endpoint.
    pub(crate) objects: String,
}

/// What the server on `data_dir` wrote at its start, if it runs or was killed.
pub(crate) fn read(data_dir: &Path) -> Option<Running> {
    toml::from_str(&std::fs::read_to_string(data_dir.join(FILE)).ok()?).ok()
}

/// Written when the listeners are ready.
pub(crate) fn write(data_dir: &Path, running: &Running) -> Result<()> {
    let text = toml::to_string(running)?;
    write_new(&data_dir.join(FILE), text.as_bytes()).context("cannot write running.toml")
}

/// Removed at an orderly stop.
pub(crate) fn remove(data_dir: &Path) {
    let _ = std::fs::remove_file(data_dir.join(FILE));
}
