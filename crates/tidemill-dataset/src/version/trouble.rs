//! Why a version is not made.

use super::canonical::EntryError;
use super::error::VersionError;
use crate::DatasetError;
use tidemill_meta::MetaError;

/// Why a version is not made.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server stops: it goes on at the next start.
    Stopped,
    /// It cannot be made, for this reason.
    Failed(String),
}

impl From<DatasetError> for Trouble {
    fn from(error: DatasetError) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<MetaError> for Trouble {
    fn from(error: MetaError) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<EntryError> for Trouble {
    fn from(error: EntryError) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<object_store::Error> for Trouble {
    fn from(error: object_store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<VersionError> for Trouble {
    fn from(error: VersionError) -> Self {
        Self::Failed(error.to_string())
    }
}
