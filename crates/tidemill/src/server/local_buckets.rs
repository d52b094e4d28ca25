//! The local object store as the domain sees it.

use async_trait::async_trait;
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Buckets};
use tidemill_meta::{Meta, MetaError, identity};
use tidemill_model::ProjectId;
use tidemill_objects::{Objects, ObjectsError};

/// The bucket of what only the server reads.
const ARTEFACTS: &str = ".artefacts";

/// Opens the buckets of a project's own account.
pub(super) struct LocalBuckets {
    pub(super) objects: Arc<Objects>,
    pub(super) meta: Meta,
}

#[async_trait]
impl Buckets for LocalBuckets {
    async fn open(&self, project: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        let info = self.objects.bucket_info(bucket).await.map_err(bucket_error)?;
        if self.account_of(project).await? != Some(info.domain) {
            return Err(BucketError::Denied("the bucket belongs to another account".to_owned()));
        }
        Ok(Arc::new(self.objects.bucket(bucket).await.map_err(bucket_error)?))
    }
}

impl LocalBuckets {
    /// The bucket of what only the server reads; no client can name it.
    pub(super) async fn artefacts(&self) -> Result<Arc<dyn Bucket>, ObjectsError> {
        Ok(Arc::new(self.objects.hidden_bucket(ARTEFACTS).await?))
    }

    async fn account_of(&self, project: &ProjectId) -> Result<Option<String>, BucketError> {
        let projects = self.meta.read::<_, MetaError, _>(|tx| Box::pin(identity::projects(tx))).await;
        let projects = projects.map_err(|error| BucketError::Unreachable(error.to_string()))?;
        Ok(projects.into_iter().find(|p| p.id == project.as_str()).map(|p| p.domain_id))
    }
}

fn bucket_error(error: ObjectsError) -> BucketError {
    match error {
        ObjectsError::NoSuchBucket => BucketError::Missing,
        other => BucketError::Unreachable(other.to_string()),
    }
}
