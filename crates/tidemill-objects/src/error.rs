//! Why the object store refused or failed.

use tidemill_meta::MetaError;

/// An operation on the object store that was not done. Nothing of it is visible.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// There is no bucket of that name.
    #[error("the bucket does not exist")]
    NoSuchBucket,
    /// The bucket name is taken.
    #[error("a bucket of this name exists already")]
    BucketExists {
        /// Id of the domain that owns it.
        owner: String,
    },
    /// The bucket holds objects or unfinished multipart uploads.
    #[error("the bucket holds objects or unfinished multipart uploads")]
    BucketNotEmpty,
    /// There is no object under that key.
    #[error("the key does not exist")]
    NoSuchKey,
    /// The key is empty, longer than 1024 bytes, or contains a NUL.
    #[error("a key has 1 to 1024 bytes of UTF-8 without NUL")]
    InvalidKey,
    /// There is no such multipart upload for that key: never begun, completed or aborted.
    #[error("the multipart upload does not exist; it may have been completed or aborted")]
    NoSuchUpload,
    /// A part number outside 1 to 10000.
    #[error("a part number is between 1 and 10000")]
    InvalidPartNumber,
    /// A listed part was not uploaded, or has another ETag.
    #[error("part {number} was not uploaded or has another ETag")]
    InvalidPart {
        /// Which part.
        number: u64,
    },
    /// The listed parts are not in ascending order, or none is listed.
    #[error("the list of parts is not in ascending order")]
    InvalidPartOrder,
    /// A part other than the last is smaller than 100 KiB.
    #[error("part {number} has {size} bytes; all but the last need at least 102400")]
    PartTooSmall {
        /// Which part.
        number: u64,
        /// Its bytes.
        size: u64,
    },
    /// The body is larger than 5 GiB.
    #[error("the body is larger than 5 GiB")]
    TooLarge,
    /// The object has as many appends as it may have.
    #[error("the object has been appended to 10000 times")]
    TooManyAppends,
    /// The object was not made by appending.
    #[error("the object was not made by appending")]
    NotAppendable,
    /// An append at another place than the end.
    #[error("the object ends at {expected}")]
    WrongPosition {
        /// Where the next append has to be.
        expected: u64,
    },
    /// The object is not (or no longer) what the condition demands.
    #[error("the object does not meet the condition")]
    Precondition,
    /// The file system has no room for objects; deletes still work.
    #[error("the disk is full")]
    Full,
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Io(std::io::Error),
    /// The index failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

impl From<std::io::Error> for ObjectsError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error),
        }
    }
}
