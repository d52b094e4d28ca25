//! Why something failed: one type per call of the door, and one for the inside of a runner.

use crate::descriptor::Invalid;
use tidemill_bucket::BucketError;
use tidemill_meta::MetaError;

/// Why dump tasks could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The metadata could not be read or written.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The spool directory could not be made or emptied.
    #[error("the spool directory {0}: {1}")]
    Spool(String, std::io::Error),
}

/// Why a stream's tasks cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The metadata could not be read or written.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// A stored row is not what this version writes.
    #[error("unexpected metadata: {0}")]
    Unexpected(String),
}

/// Why a task cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// No such task.
    #[error("the dump task does not exist")]
    Unknown,
    /// The metadata could not be read.
    #[error(transparent)]
    Dump(#[from] DumpError),
}

/// Why a task was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The request cannot be served as it is.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The stream is being deleted.
    #[error("the stream does not exist any more")]
    NoStream,
    /// The stream has a task of that name.
    #[error("the name is taken")]
    Exists,
    /// The stream has as many tasks as it may.
    #[error("the stream has as many tasks as it may")]
    Quota,
    /// The bucket cannot be used.
    #[error(transparent)]
    Bucket(#[from] UnusableBucket),
    /// The metadata could not be written.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

/// Why a task was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The request cannot be served as it is.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such task.
    #[error("the dump task does not exist")]
    Unknown,
    /// The bucket cannot be used.
    #[error(transparent)]
    Bucket(#[from] UnusableBucket),
    /// The metadata could not be read or written.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

/// Why a task cannot have a bucket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableBucket {
    /// There is no such bucket.
    #[error("bucket {0} does not exist")]
    Missing(String),
    /// It cannot be written, or does not keep what delivery relies on.
    #[error("{0}")]
    NotWritable(String),
}

/// Why tasks were neither started nor stopped.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// No such task; nothing changed.
    #[error("dump task {0} does not exist")]
    Unknown(String),
    /// The metadata could not be written.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

/// Why a deletion is not finished.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// No such task.
    #[error("the dump task does not exist")]
    Unknown,
    /// The outcome of a publication under way could not be learnt yet. The task shows the state DELETE.
    #[error("deletion continues: the destination does not say whether an object under way was published")]
    Continues,
    /// The metadata could not be written; nothing changed.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

/// Why a step of a runner or of a deletion did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// It may work later.
    #[error("{0}")]
    Retry(String),
    /// Someone else owns the task now: stop without another word.
    #[error("another owner took the task over")]
    Fenced,
    /// Only a person can remove the reason.
    #[error("{0}")]
    Fatal(String),
}

impl From<MetaError> for Trouble {
    fn from(error: MetaError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl From<BucketError> for Trouble {
    fn from(error: BucketError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Retry(format!("spool: {error}"))
    }
}
