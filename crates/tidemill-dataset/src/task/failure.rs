//! Why long work failed.

use crate::{DatasetError, PathError};
use tidemill_bucket::BucketError;
use tidemill_meta::MetaError;

/// Why a task failed, as a word that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// There is no such bucket, or it went.
    BucketMissing,
    /// The bucket may not be used.
    BucketDenied,
    /// There is nothing at the path.
    PathMissing,
    /// There is nothing that the dataset could take.
    NothingImportable,
    /// The request does not fit what was found.
    Invalid,
    /// The samples cannot be divided as asked.
    Split,
    /// The dataset has as many samples or labels as it may.
    Full,
    /// The version to be exported is not there.
    VersionMissing,
    /// Another dataset has the name.
    NameTaken,
    /// The object store failed.
    Storage,
    /// The metadata failed.
    Internal,
}

impl FailureReason {
    const ALL: [Self; 11] = [
        Self::BucketMissing,
        Self::BucketDenied,
        Self::PathMissing,
        Self::NothingImportable,
        Self::Invalid,
        Self::Split,
        Self::Full,
        Self::VersionMissing,
        Self::NameTaken,
        Self::Storage,
        Self::Internal,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BucketMissing => "bucket_missing",
            Self::BucketDenied => "bucket_denied",
            Self::PathMissing => "path_missing",
            Self::NothingImportable => "nothing_importable",
            Self::Invalid => "invalid",
            Self::Split => "split",
            Self::Full => "full",
            Self::VersionMissing => "version_missing",
            Self::NameTaken => "name_taken",
            Self::Storage => "storage",
            Self::Internal => "internal",
        }
    }

    /// Reads the word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// Whether whoever asked can do something about it.
    pub fn is_users(self) -> bool {
        !matches!(self, Self::Storage | Self::Internal)
    }
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TaskFailure {
    /// For programs.
    pub reason: FailureReason,
    /// For people.
    pub message: String,
}

impl TaskFailure {
    pub(crate) fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// A bucket that cannot be used.
    pub(crate) fn bucket(name: &str, error: &BucketError) -> Self {
        let reason = match error {
            BucketError::Missing => FailureReason::BucketMissing,
            BucketError::Denied(_) => FailureReason::BucketDenied,
            BucketError::Unreachable(_) => FailureReason::Storage,
        };
        Self::new(reason, format!("the bucket {name} cannot be used: {error}"))
    }

    /// An object store that fails; a bucket that is not there is told apart.
    pub(crate) fn store(bucket: &str, error: &object_store::Error) -> Self {
        let reason = match error {
            object_store::Error::NotFound { .. } => FailureReason::BucketMissing,
            _ => FailureReason::Storage,
        };
        Self::new(reason, format!("the bucket {bucket} cannot be read or written: {error}"))
    }
}

impl From<MetaError> for TaskFailure {
    fn from(error: MetaError) -> Self {
        Self::new(FailureReason::Internal, error.to_string())
    }
}

impl From<DatasetError> for TaskFailure {
    fn from(error: DatasetError) -> Self {
        let reason = match &error {
            DatasetError::Full(..) => FailureReason::Full,
            DatasetError::Exists(_) => FailureReason::NameTaken,
            DatasetError::Path(PathError::NoBucket(_)) => FailureReason::BucketMissing,
            DatasetError::Meta(_) => FailureReason::Internal,
            DatasetError::Object(_) => FailureReason::Storage,
            _ => FailureReason::Invalid,
        };
        Self::new(reason, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_again() {
        assert!(FailureReason::ALL.iter().all(|r| FailureReason::parse(r.as_str()) == Some(*r)));
    }
}
