//! Why a table could not be written, read or queried.

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;

/// Why a table could not be written, read or queried.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    /// The store of artefacts failed.
    #[error("the artefacts of the run: {0}")]
    Store(#[from] object_store::Error),
    /// A table is not what this version writes.
    #[error("a table of the run is damaged: {0}")]
    Damaged(String),
    /// A query failed.
    #[error("a query over the samples failed: {0}")]
    Query(String),
    /// Nothing could be decided over the samples.
    #[error("{0}")]
    Undecided(String),
}

impl EngineError {
    /// A table is not what this version writes.
    pub(super) fn damaged(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }
}

impl From<DataFusionError> for EngineError {
    /// What a function of ours says of its failure within a query is told as it is.
    fn from(error: DataFusionError) -> Self {
        let own = match error.find_root() {
            DataFusionError::External(cause) => cause.downcast_ref(),
            _ => None,
        };
        match own {
            Some(Self::Undecided(why)) => Self::Undecided(why.clone()),
            Some(Self::Damaged(what)) => Self::Damaged(what.clone()),
            _ => Self::Query(error.to_string()),
        }
    }
}

impl From<EngineError> for DataFusionError {
    fn from(error: EngineError) -> Self {
        Self::External(Box::new(error))
    }
}

impl From<ArrowError> for EngineError {
    fn from(error: ArrowError) -> Self {
        Self::Damaged(error.to_string())
    }
}
