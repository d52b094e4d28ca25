//! Buckets in memory that count what is read and can be held up.

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
use tokio::sync::watch;

/// The buckets that a test has made.
#[derive(Default)]
pub(crate) struct TestBuckets(Mutex<HashMap<String, Arc<TestBucket>>>);

impl TestBuckets {
    pub(crate) fn make(&self, name: &str) -> Arc<TestBucket> {
        self.0.lock().entry(name.to_owned()).or_default().clone()
    }

    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().remove(name);
    }
}

#[async_trait]
impl Buckets for TestBuckets {
    async fn open(&self, _: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        match self.0.lock().get(bucket) {
            Some(bucket) => Ok(bucket.clone()),
            None => Err(BucketError::Missing),
        }
    }
}

#[derive(Debug)]
pub(crate) struct TestBucket {
    store: InMemory,
    /// Keys whose bytes were asked for.
    read: Mutex<Vec<String>>,
    open: watch::Sender<bool>,
}

impl Default for TestBucket {
    fn default() -> Self {
        Self { store: InMemory::new(), read: Mutex::default(), open: watch::channel(true).0 }
    }
}

impl TestBucket {
    /// The keys whose bytes were asked for since the last call.
    pub(crate) fn take_read(&self) -> Vec<String> {
        std::mem::take(&mut self.read.lock())
    }

    /// Whether somebody is held up.
    pub(crate) fn holds_somebody(&self) -> bool {
        self.open.receiver_count() > 0
    }

    /// Holds reading up, or lets it go on.
    pub(crate) fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }
}

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
    async fn make_directory(&self, _: &str) -> Result<()> {
        Ok(())
    }
    async fn remove_directory(&self, _: &str) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl MultipartStore for TestBucket {
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
impl ObjectStore for TestBucket {
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
        let _ = self.open.subscribe().wait_for(|open| *open).await;
        if !options.head {
            self.read.lock().push(location.as_ref().to_owned());
        }
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
