//! Buckets, and how they are opened.

use async_trait::async_trait;
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{MultipartId, ObjectStore};
use std::sync::Arc;
use tidemill_model::ProjectId;

/// Why a bucket cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// There is no such bucket.
    #[error("the bucket does not exist")]
    Missing,
    /// The project may not write to it.
    #[error("access to the bucket is denied: {0}")]
    Denied(String),
    /// It could not be reached.
    #[error("the bucket cannot be reached: {0}")]
    Unreachable(String),
}

/// Opens buckets by name.
#[async_trait]
pub trait Buckets: Send + Sync + 'static {
    /// A store over the keys of `bucket`, which `project` may read and write.
    async fn open(&self, project: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError>;
}

/// The store of one bucket.
///
/// What its users rely on: completing an upload is the only step that publishes; completing after an abort
/// fails; aborting or completing an unknown upload fails with `NotFound`.
#[async_trait]
pub trait Bucket: ObjectStore + MultipartStore {
    /// Uploads to exactly this key that are neither completed nor aborted.
    async fn unfinished(&self, key: &Path) -> object_store::Result<Vec<MultipartId>>;

    /// Makes a directory: an object without bytes under a key that ends with a slash, which no [`Path`] can name.
    /// `AlreadyExists` if it is there.
    async fn make_directory(&self, key: &str) -> object_store::Result<()>;

    /// Removes what [`Bucket::make_directory`] made; what is in the directory stays.
    async fn remove_directory(&self, key: &str) -> object_store::Result<()>;
}
