//! Why something about a dataset cannot be done.

use crate::label::LabelError;
use std::fmt;
use tidemill_bucket::{BucketError, InvalidLocation};
use tidemill_meta::MetaError;

/// What a dataset is busy with, so that something else has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It is being created.
    Creating,
    /// It is being deleted.
    Deleting,
    /// Its input is being read again.
    Synchronizing,
    /// A version of it is being made.
    Publishing,
    /// Another version is becoming its current one.
    Switching,
    /// Samples are being imported.
    Importing,
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creating => "it is being created",
            Self::Deleting => "it is being deleted",
            Self::Synchronizing => "it is being synchronized with its input path",
            Self::Publishing => "a version of it is being made",
            Self::Switching => "another version is becoming its current one",
            Self::Importing => "samples are being imported",
        })
    }
}

/// Why a path of a dataset cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No path at all.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// No path of an object store.
    #[error("{0}: {1}")]
    Illegal(&'static str, InvalidLocation),
    /// A bucket without a directory.
    #[error("{0} must be a directory below a bucket")]
    BareBucket(&'static str),
    /// Too short or too long.
    #[error("{0} must have 3 to 700 characters")]
    Length(&'static str),
    /// The output is the input or lies in it.
    #[error("work_path must be neither the input path nor below it")]
    InsideInput,
    /// There is no such bucket.
    #[error("the bucket {0} does not exist")]
    NoBucket(String),
    /// The bucket cannot be used.
    #[error("the bucket {0} cannot be used: {1}")]
    Bucket(String, BucketError),
    /// There is nothing at the path.
    #[error("there is nothing at {0}")]
    NotFound(String),
    /// There is something, but nothing that a dataset of this type can take.
    #[error("{0} holds nothing that a dataset of this type can take")]
    NothingImportable(String),
    /// There is something in the directory the dataset would get.
    #[error("the directory {0} exists already")]
    DirectoryExists(String),
}

/// A refused or failed operation on a dataset.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DatasetError {
    /// No such dataset in the project.
    #[error("the dataset {0} does not exist")]
    Unknown(String),
    /// No such sample in the dataset.
    #[error("the sample {0} does not exist")]
    UnknownSample(String),
    /// The dataset has the sample already, or its object is there.
    #[error("the sample {0} exists already")]
    SampleExists(String),
    /// A sample in a request is too large: its size.
    #[error("a sample in a request has at most 12582912 bytes, got {0}")]
    InlineTooLarge(u64),
    /// The object of a sample is too large: its size and the most there may be.
    #[error("the object of a sample has at most {1} bytes, got {0}")]
    FileTooLarge(u64, u64),
    /// A box on an image whose size nobody told and that cannot be read from the image.
    #[error("boxes on the sample {0} need @modelarts:size in its metadata, for its image does not tell it")]
    ImageSizeUnknown(String),
    /// There is no such object.
    #[error("the object {0} does not exist")]
    NoObject(String),
    /// The project has a dataset of that name.
    #[error("a dataset named {0} exists already")]
    Exists(String),
    /// A value that cannot be one: which, and what is allowed.
    #[error("{0}")]
    Invalid(String),
    /// A path that cannot be used.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A label that cannot be used.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// It is busy with something else.
    #[error("the dataset is busy: {0}; wait until that is over")]
    Busy(Activity),
    /// A processing task reads one of its versions: its name.
    #[error("the version {0} of the dataset is in use by a processing task; stop it or wait for its end")]
    VersionInUse(String),
    /// A version is being made of what the labels are.
    #[error("labels cannot change while a version is being made")]
    LabelingWhilePublishing,
    /// It can hold no more: of what, and how many.
    #[error("a dataset has at most {1} {0}")]
    Full(&'static str, u64),
    /// The project has as many datasets as it may.
    #[error("a project has at most {0} datasets")]
    TooManyDatasets(u64),
    /// An object of the dataset could not be read or written.
    #[error("an object cannot be read or written: {0}")]
    Object(String),
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
}
