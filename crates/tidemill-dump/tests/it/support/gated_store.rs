//! The bucket behind a gate.

use super::{BUCKET, Gate, OTHER_BUCKET, TestStore};
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartId, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Buckets};
use tidemill_model::ProjectId;

pub(crate) struct GatedBuckets {
    pub(crate) store: TestStore,
    pub(crate) other: TestStore,
    pub(crate) gate: Arc<Gate>,
}

#[async_trait]
impl Buckets for GatedBuckets {
    async fn open(&self, project: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        let open = async {
            match (bucket, project == &super::project()) {
                (_, false) => Err(BucketError::Denied("not yours".into())),
                (BUCKET, true) => Ok(&self.store),
                (OTHER_BUCKET, true) => Ok(&self.other),
                _ => Err(BucketError::Missing),
            }
        };
        let unreachable = || Err(BucketError::Unreachable("failed on purpose".into()));
        let store = self.gate.pass("open", open).await.unwrap_or_else(unreachable)?.clone();
        Ok(Arc::new(GatedStore { store, gate: self.gate.clone() }))
    }
}

#[derive(Debug)]
struct GatedStore {
    store: TestStore,
    gate: Arc<Gate>,
}

impl std::fmt::Display for GatedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GatedStore")
    }
}

impl GatedStore {
    async fn pass<T>(&self, name: &str, path: &Path, call: impl Future<Output = Result<T>>) -> Result<T> {
        let failed = || Error::Generic { store: "test", source: "failed on purpose".into() };
        self.gate.pass(&format!("{name} {path}"), call).await.unwrap_or_else(|| Err(failed()))
    }
}

#[async_trait]
impl Bucket for GatedStore {
    async fn unfinished(&self, key: &Path) -> Result<Vec<MultipartId>> {
        let of_key = self.store.unfinished().into_iter().filter(|(_, path)| path == key).map(|(id, _)| id);
        self.pass("unfinished", key, async { Ok(of_key.collect()) }).await
    }
    async fn make_directory(&self, _: &str) -> Result<()> {
        Ok(())
    }
    async fn remove_directory(&self, _: &str) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl MultipartStore for GatedStore {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        self.pass("create", path, self.store.create(path)).await
    }
    async fn put_part(&self, path: &Path, id: &MultipartId, n: usize, data: PutPayload) -> Result<PartId> {
        self.pass("part", path, self.store.part(path, id, n, data)).await
    }
    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        self.pass("complete", path, self.store.complete(path, id, parts)).await
    }
    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        self.pass("abort", path, self.store.abort(path, id)).await
    }
}

#[async_trait]
impl ObjectStore for GatedStore {
    async fn put_opts(&self, path: &Path, data: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.pass("put", path, self.store.inner.put_opts(path, data, options)).await
    }
    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.inner.put_multipart_opts(path, options).await
    }
    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let name = if options.head { "head" } else { "get" };
        self.pass(name, path, self.store.inner.get_opts(path, options)).await
    }
    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.store.inner.delete_stream(paths)
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.inner.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.inner.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.inner.copy_opts(from, to, options).await
    }
}
