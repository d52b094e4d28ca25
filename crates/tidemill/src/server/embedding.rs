//! The embedding model of the server.

use crate::config::Settings;
use anyhow::{Context, Result};
use std::sync::Arc;
use tidemill_embedding::Embedder;

/// Opens the model the settings name; without one histograms of gradients stand in.
pub(super) fn open(settings: &Settings) -> Result<Arc<Embedder>> {
    let model = &settings.embedding_model;
    let embedder = if model.required || model.directory.exists() {
        let opened = Embedder::open(&model.directory);
        opened.with_context(|| format!("cannot use the embedding model in {}", model.directory.display()))?
    } else {
        Embedder::basic()
    };
    let made = embedder.provenance();
    tracing::info!(level = ?made.level, model = %made.model, kernel = %made.kernel, "embedding model");
    Ok(Arc::new(embedder))
}
