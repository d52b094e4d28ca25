//! What runs the work: a bounded pool for pictures, and tables of samples that are scanned, joined and counted.
//!
//! Nothing outside this module knows how tables are stored or queried.

mod error;
mod listing;
mod pool;
mod row;
mod scan;
mod store;

pub(crate) use error::EngineError;
pub(crate) use listing::{Joined, Listed};
pub(crate) use pool::{Pool, Undone};
pub(crate) use row::Row;

use datafusion::execution::config::SessionConfig;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::prelude::SessionContext;
use object_store::ObjectStore;
use std::sync::Arc;
use tidemill_bucket::Bucket;

/// The tables of all runs, in the bucket of artefacts.
#[derive(Clone)]
pub(crate) struct Engine {
    store: Arc<dyn Bucket>,
    session: SessionContext,
}

/// The name under which queries address the bucket.
const ROOT: &str = "artefacts://tables";

impl Engine {
    /// An engine over the bucket of artefacts.
    pub(crate) fn new(store: Arc<dyn Bucket>, threads: usize) -> Result<Self, EngineError> {
        let mut config = SessionConfig::new().with_target_partitions(threads.max(1));
        // Only worth its price with nested columns, of which the tables have none.
        config.options_mut().optimizer.enable_leaf_expression_pushdown = false;
        let session = SessionContext::new_with_config(config);
        let url = ObjectStoreUrl::parse(ROOT)?;
        let objects: Arc<dyn ObjectStore> = store.clone();
        session.register_object_store(url.as_ref(), objects);
        Ok(Self { store, session })
    }
}
