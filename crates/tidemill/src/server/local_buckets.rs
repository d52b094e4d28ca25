//! The local object store as the domain sees it.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartId, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Buckets};
use tidemill_meta::{Meta, MetaError, identity};
use tidemill_model::ProjectId;
use tidemill_objects::{BucketStore, Objects, ObjectsError, UploadsQuery};

/// The bucket of what only the server reads.
const ARTEFACTS: &str = ".artefacts";
/// Uploads looked at in one step.
const PAGE: usize = 1000;

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
        let store = self.objects.bucket(bucket).await.map_err(bucket_error)?;
        Ok(Arc::new(LocalBucket { objects: self.objects.clone(), name: bucket.to_owned(), store }))
    }
}

impl LocalBuckets {
    /// The bucket of what only the server reads; no client can name it.
    pub(super) async fn artefacts(&self) -> Result<Arc<dyn Bucket>, ObjectsError> {
        let store = self.objects.hidden_bucket(ARTEFACTS).await?;
        Ok(Arc::new(LocalBucket { objects: self.objects.clone(), name: ARTEFACTS.to_owned(), store }))
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

/// A bucket that also tells of unfinished uploads; everything else is the bucket's own.
#[derive(Debug)]
struct LocalBucket {
    objects: Arc<Objects>,
    name: String,
    store: BucketStore,
}

#[async_trait]
impl Bucket for LocalBucket {
    async fn unfinished(&self, key: &Path) -> Result<Vec<MultipartId>> {
        let mut query =
            UploadsQuery { prefix: key.as_ref().to_owned(), max: PAGE, ..UploadsQuery::default() };
        let mut ids = Vec::new();
        loop {
            let page = self.objects.uploads(&self.name, query.clone()).await;
            let page = page.map_err(|source| generic(Box::new(source)))?;
            ids.extend(page.uploads.into_iter().filter(|u| u.key == key.as_ref()).map(|u| u.id));
            // Keys ascend, so that uploads to exactly this key come before those to longer ones.
            match page.next {
                Some((marker, id)) if marker == key.as_ref() => {
                    (query.key_marker, query.id_marker) = (marker, Some(id))
                }
                _ => return Ok(ids),
            }
        }
    }
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> object_store::Error {
    object_store::Error::Generic { store: "local", source }
}

impl fmt::Display for LocalBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

#[async_trait]
impl MultipartStore for LocalBucket {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        self.store.create_multipart(path).await
    }
    async fn put_part(&self, path: &Path, id: &MultipartId, part: usize, data: PutPayload) -> Result<PartId> {
        self.store.put_part(path, id, part, data).await
    }
    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        self.store.complete_multipart(path, id, parts).await
    }
    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        self.store.abort_multipart(path, id).await
    }
}

#[async_trait]
impl ObjectStore for LocalBucket {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.store.put_opts(location, payload, opts).await
    }
    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(location, opts).await
    }
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }
    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}
