//! What every part of processing works with.

use crate::config::ProcessingConfig;
use crate::engine::{Engine, Pool};
use crate::trial::GeneratorTrial;
use std::sync::Arc;
use tidemill_bucket::Buckets;
use tidemill_dataset::Datasets;
use tidemill_embedding::Embedder;
use tidemill_meta::Meta;
pub(crate) use tidemill_meta::{read, tx};
use tidemill_model::Clock;

/// Shared by everything of this crate.
pub(crate) struct Context {
    pub(crate) meta: Meta,
    pub(crate) buckets: Arc<dyn Buckets>,
    pub(crate) clock: Clock,
    pub(crate) config: ProcessingConfig,
    pub(crate) engine: Engine,
    pub(crate) pool: Pool,
    pub(crate) embedder: Arc<Embedder>,
    pub(crate) trial: Arc<dyn GeneratorTrial>,
    pub(crate) datasets: Datasets,
}
