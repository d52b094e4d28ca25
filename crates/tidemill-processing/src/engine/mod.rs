//! What runs the work: a bounded pool for pictures, and tables of samples that are scanned, joined and counted.
//!
//! Nothing outside this module knows how tables are stored or queried.

mod clash;
mod column;
mod distribution;
mod error;
mod keys;
mod listing;
mod page;
mod pool;
mod reduce;
mod row;
mod scan;
mod share;
mod store;
mod values;
mod vectors;
mod verdict;

pub(crate) use clash::Numbered;
pub(crate) use error::EngineError;
pub(crate) use keys::{KeyTables, Keys};
pub(crate) use listing::{Joined, Listed};
pub(crate) use page::Counts;
pub(crate) use pool::{Held, Pool, Undone};
pub(crate) use reduce::Decide;
pub(crate) use row::{Row, WITHDRAWN};
pub(crate) use share::{Others, Share};
pub(crate) use values::Measured;
pub(crate) use vectors::Embedded;
pub(crate) use verdict::{Decided, Verdict};

use datafusion::execution::config::SessionConfig;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::SessionContext;
use object_store::ObjectStore;
use std::path::PathBuf;
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

/// Memory of all queries together is at least this, or the smallest could not run.
const QUERY_BYTES_MIN: u64 = 64 << 20;

/// Fewest partitions of a query: a join on one would be made with a hash table, which cannot be put into files.
const PARTITIONS_MIN: usize = 2;

/// One side of a join keeps this part of the memory for merging the files of its sorts, one a thread.
const MERGING_SHARE: usize = 8;

impl Engine {
    /// An engine over the bucket of artefacts, whose queries hold `memory_bytes` together and put what is more into
    /// files in `spill`, a directory that is made when it is needed.
    pub(crate) fn new(
        store: Arc<dyn Bucket>,
        threads: usize,
        memory_bytes: u64,
        spill: PathBuf,
    ) -> Result<Self, EngineError> {
        Self::with_memory(store, threads, memory_bytes.max(QUERY_BYTES_MIN), spill)
    }

    fn with_memory(
        store: Arc<dyn Bucket>,
        threads: usize,
        memory_bytes: u64,
        spill: PathBuf,
    ) -> Result<Self, EngineError> {
        let bytes = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        let partitions = threads.max(PARTITIONS_MIN);
        let mut config = SessionConfig::new().with_target_partitions(partitions);
        // Only worth its price with nested columns, of which the tables have none.
        config.options_mut().optimizer.enable_leaf_expression_pushdown = false;
        // A join that sorts can put what it holds into files; one with a hash table cannot.
        config.options_mut().optimizer.prefer_hash_join = false;
        // One sort can put all it holds into files; what merges several sorts side by side cannot.
        config.options_mut().optimizer.repartition_sorts = false;
        // Each sort of a join keeps this for merging its files: what all of them keep must leave something.
        let merging = &mut config.options_mut().execution.sort_spill_reservation_bytes;
        *merging = (*merging).min(bytes / (MERGING_SHARE * partitions));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(bytes)))
            .with_temp_file_path(spill)
            .build_arc()?;
        let session = SessionContext::new_with_config_rt(config, runtime);
        let url = ObjectStoreUrl::parse(ROOT)?;
        let objects: Arc<dyn ObjectStore> = store.clone();
        session.register_object_store(url.as_ref(), objects);
        Ok(Self { store, session })
    }
}

#[cfg(test)]
pub(crate) mod tests;
