//! Why something failed: for callers, and inside of a run.

use crate::engine::{EngineError, Undone};
use tidemill_bucket::BucketError;
use tidemill_dataset::PathError;
use tidemill_meta::MetaError;

/// Characters of an unknown id that are repeated.
const ID_CHARS_SHOWN: usize = 64;

/// Why processing could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The metadata could not be read.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The queries over samples could not be set up.
    #[error("{0}")]
    Engine(String),
}

/// Why the features of a dataset version are not analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanalysable {
    /// The dataset holds something else.
    #[error("Only datasets for image classification and object detection are analysed.")]
    Kind,
    /// The version has another format.
    #[error("Only versions in the format Default are analysed.")]
    Format,
    /// No sample has a label.
    #[error(
        "The version has no labeled sample. Label some (at an import the directory of an image names its label) and publish again."
    )]
    Unlabeled,
    /// The version is being published.
    #[error("The version is being published.")]
    Publishing,
    /// The version cannot be used.
    #[error("The version is not in the normal state.")]
    NotNormal,
}

/// Why a request about processing tasks was not served.
#[derive(Debug, thiserror::Error)]
pub enum ProcessingError {
    /// The request cannot be served as it is. The text says what is wrong and what is allowed.
    #[error("{0}")]
    Invalid(String),
    /// No such task or version: its id, cut off if it is longer than any is.
    #[error("There is no processing task or version {0}.")]
    NoTask(String),
    /// The project has a task of that name.
    #[error("The processing task {0} exists already.")]
    NameTaken(String),
    /// The newest version has not begun, so that the task cannot be deleted.
    #[error("The processing task is initializing and cannot be deleted yet.")]
    Initializing,
    /// A bucket is missing or may not be used.
    #[error("{0}")]
    Bucket(String),
    /// The output cannot go there.
    #[error("{0}.")]
    Output(#[from] PathError),
    /// Nothing is at a path.
    #[error("{0}")]
    Path(String),
    /// No such dataset.
    #[error("The dataset {0} does not exist.")]
    NoDataset(String),
    /// No such version of a dataset.
    #[error("The dataset version {0} does not exist.")]
    NoDatasetVersion(String),
    /// The version of a dataset is being made, or could not be made.
    #[error("The dataset version {0} is not usable: only one that is normal (status 1) can be processed.")]
    VersionNotNormal(String),
    /// The version of a dataset has no sample.
    #[error("The dataset version {0} has no sample.")]
    VersionEmpty(String),
    /// The dataset has a version of that name.
    #[error("The dataset has a version {0} already.")]
    VersionExists(String),
    /// A feature analysis cannot look at this.
    #[error("{0}")]
    Analysis(Unanalysable),
    /// Something of ours failed.
    #[error("{0}")]
    Internal(String),
}

impl ProcessingError {
    /// There is no task or version of this id.
    pub(crate) fn no_task(id: &str) -> Self {
        Self::NoTask(id.chars().take(ID_CHARS_SHOWN).collect())
    }
}

impl From<MetaError> for ProcessingError {
    fn from(error: MetaError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<EngineError> for ProcessingError {
    fn from(error: EngineError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Why a run does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// It was stopped, or the server ends.
    #[error("cancelled")]
    Cancelled,
    /// It cannot be completed.
    #[error("{0}")]
    Failed(String),
}

impl From<Undone> for Trouble {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Cancelled => Self::Cancelled,
            Undone::Broken => Self::Failed(undone.to_string()),
        }
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<MetaError> for Trouble {
    fn from(error: MetaError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<BucketError> for Trouble {
    fn from(error: BucketError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<object_store::Error> for Trouble {
    fn from(error: object_store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
