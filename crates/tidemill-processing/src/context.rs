//! What every part of processing works with.

use crate::config::ProcessingConfig;
use crate::engine::{Engine, Pool};
use std::sync::Arc;
use tidemill_bucket::Buckets;
use tidemill_dataset::Datasets;
use tidemill_embedding::Embedder;
use tidemill_meta::Meta;
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
    pub(crate) datasets: Datasets,
}

/// Runs `$call` in a transaction with clones of the named values, because it may run twice.
macro_rules! tx {
    ($meta:expr, |$tx:ident $(, $value:ident)*| $call:expr) => {{
        $(let $value = $value.clone();)*
        $meta
            .tx(move |$tx| {
                $(let $value = $value.clone();)*
                Box::pin(async move { $call.await })
            })
            .await
    }};
}

/// Runs `$call` on a snapshot with clones of the named values.
macro_rules! read {
    ($meta:expr, |$tx:ident $(, $value:ident)*| $call:expr) => {{
        $(let $value = $value.clone();)*
        $meta
            .read(move |$tx| {
                $(let $value = $value.clone();)*
                Box::pin(async move { $call.await })
            })
            .await
    }};
}
pub(crate) use {read, tx};
