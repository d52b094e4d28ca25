//! The local object store, without accounts.

use super::{BUCKET, project};
use async_trait::async_trait;
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Buckets};
use tidemill_model::{BucketName, ProjectId};
use tidemill_objects::{BucketAcl, BucketStore, Objects};

/// The bucket of the tests, which only their project may use, and the server's own.
pub(crate) struct TestBuckets {
    pub(crate) bucket: BucketStore,
    pub(crate) artefacts: BucketStore,
}

impl TestBuckets {
    pub(crate) async fn make(objects: &Objects) -> Self {
        let name = BucketName::parse(BUCKET).unwrap();
        objects.create_bucket(&name, "d", "p", BucketAcl::Private).await.unwrap();
        Self {
            bucket: objects.bucket(BUCKET).await.unwrap(),
            artefacts: objects.hidden_bucket(".artefacts").await.unwrap(),
        }
    }
}

#[async_trait]
impl Buckets for TestBuckets {
    async fn open(&self, of: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        match bucket {
            BUCKET if *of == project() => Ok(Arc::new(self.bucket.clone())),
            _ => Err(BucketError::Missing),
        }
    }
}
