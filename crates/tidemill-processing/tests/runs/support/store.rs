//! The local object store, without accounts.

use super::faults::{Faults, FaultyBucket};
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
    /// What goes wrong with the bucket.
    pub(crate) faults: Arc<Faults>,
}

impl TestBuckets {
    pub(crate) async fn make(objects: &Objects) -> Self {
        let name = BucketName::parse(BUCKET).unwrap();
        objects.create_bucket(&name, "d", "p", BucketAcl::Private).await.unwrap();
        Self {
            bucket: objects.bucket(BUCKET).await.unwrap(),
            artefacts: objects.hidden_bucket(".artefacts").await.unwrap(),
            faults: Faults::none(),
        }
    }
}

#[async_trait]
impl Buckets for TestBuckets {
    async fn open(&self, of: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        match bucket {
            BUCKET if *of == project() => {
                let (store, faults) = (self.bucket.clone(), self.faults.clone());
                Ok(Arc::new(FaultyBucket { store, faults }))
            }
            _ => Err(BucketError::Missing),
        }
    }
}
