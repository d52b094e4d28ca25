//! A bucket in memory, with the promises delivery relies on.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartId, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tidemill_bucket::Bucket;

#[derive(Clone, Debug, Default)]
pub(super) struct MemoryBucket {
    pub(super) objects: Arc<InMemory>,
    uploads: Arc<Mutex<BTreeMap<MultipartId, Path>>>,
}

impl std::fmt::Display for MemoryBucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryBucket")
    }
}

impl MemoryBucket {
    fn end(&self, path: &Path, id: &MultipartId) -> Result<()> {
        let unknown = || Error::NotFound { path: path.to_string(), source: "no such upload".into() };
        self.uploads.lock().remove(id).map(drop).ok_or_else(unknown)
    }
}

#[async_trait]
impl Bucket for MemoryBucket {
    async fn unfinished(&self, key: &Path) -> Result<Vec<MultipartId>> {
        let uploads = self.uploads.lock();
        Ok(uploads.iter().filter(|(_, path)| *path == key).map(|(id, _)| id.clone()).collect())
    }
}

#[async_trait]
impl MultipartStore for MemoryBucket {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        let id = self.objects.create_multipart(path).await?;
        self.uploads.lock().insert(id.clone(), path.clone());
        Ok(id)
    }
    async fn put_part(&self, path: &Path, id: &MultipartId, n: usize, data: PutPayload) -> Result<PartId> {
        self.objects.put_part(path, id, n, data).await
    }
    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        self.end(path, id)?;
        self.objects.complete_multipart(path, id, parts).await
    }
    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        self.end(path, id)?;
        self.objects.abort_multipart(path, id).await
    }
}

#[async_trait]
impl ObjectStore for MemoryBucket {
    async fn put_opts(&self, path: &Path, data: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.objects.put_opts(path, data, options).await
    }
    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(path, options).await
    }
    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.objects.get_opts(path, options).await
    }
    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(paths)
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.objects.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }
}
