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
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        Self::Query(error.to_string())
    }
}

impl From<ArrowError> for EngineError {
    fn from(error: ArrowError) -> Self {
        Self::Damaged(error.to_string())
    }
}
