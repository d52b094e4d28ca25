//! Why something about a version cannot be done.

use super::split::SplitError;
use crate::DatasetError;
use tidemill_meta::MetaError;

/// A refused or failed operation on a version.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VersionError {
    /// Something about its dataset.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// No such version in the dataset.
    #[error("the version {0} does not exist")]
    Unknown(String),
    /// The dataset has a version of that name.
    #[error("a version named {0} exists already")]
    Exists(String),
    /// A value that cannot be one: which, and what is allowed.
    #[error("{0}")]
    Invalid(String),
    /// The last one was asked for too short a time ago, in seconds.
    #[error("a version of a dataset may be published every {0} seconds")]
    TooFrequent(u64),
    /// The dataset has as many versions as it may.
    #[error("a dataset has at most {0} versions")]
    TooMany(u64),
    /// Its samples cannot be split as asked for.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// Only a version in the normal state can be used like this.
    #[error("the version {0} is not in the normal state")]
    NotNormal(String),
    /// Something reads it.
    #[error("the version {0} is in use")]
    InUse(String),
    /// It could not be made.
    #[error("the version could not be made: {0}")]
    Failed(String),
}

impl From<MetaError> for VersionError {
    fn from(error: MetaError) -> Self {
        Self::Dataset(error.into())
    }
}
