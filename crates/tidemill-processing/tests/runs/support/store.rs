//! Buckets in memory.

use super::{BUCKET, project};
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartId, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Buckets};
use tidemill_model::ProjectId;

/// Buckets that exist as soon as they are named here, and for the project only the one of the tests.
#[derive(Default)]
pub(crate) struct TestBuckets(Mutex<HashMap<String, Arc<TestBucket>>>);

impl TestBuckets {
    pub(crate) fn bucket(&self, name: &str) -> Arc<TestBucket> {
        self.0.lock().entry(name.to_owned()).or_default().clone()
    }
}

#[async_trait]
impl Buckets for TestBuckets {
    async fn open(&self, of: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        match bucket {
            BUCKET if *of == project() => Ok(self.bucket(bucket)),
            _ => Err(BucketError::Missing),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct TestBucket(InMemory);

impl std::fmt::Display for TestBucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestBucket")
    }
}

#[async_trait]
impl Bucket for TestBucket {
    async fn unfinished(&self, _: &Path) -> Result<Vec<MultipartId>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl MultipartStore for TestBucket {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        self.0.create_multipart(path).await
    }
    async fn put_part(&self, path: &Path, id: &MultipartId, part: usize, data: PutPayload) -> Result<PartId> {
        self.0.put_part(path, id, part, data).await
    }
    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        self.0.complete_multipart(path, id, parts).await
    }
    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        self.0.abort_multipart(path, id).await
    }
}

#[async_trait]
impl ObjectStore for TestBucket {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.0.put_opts(location, payload, opts).await
    }
    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, opts).await
    }
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }
    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}
