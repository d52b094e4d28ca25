//! Multipart uploads on a bucket, with visible ids and as a writer.

use super::BucketStore;
use super::convert::{quoted, store_error};
use crate::{ObjectHeaders, PutWhen};
use async_trait::async_trait;
use futures::FutureExt;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{MultipartId, MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

#[async_trait]
impl MultipartStore for BucketStore {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        let created =
            self.objects.create_upload(&self.bucket, path.as_ref(), &ObjectHeaders::default()).await;
        created.map_err(|error| store_error(path.as_ref(), error))
    }

    async fn put_part(
        &self,
        path: &Path,
        id: &MultipartId,
        part_idx: usize,
        data: PutPayload,
    ) -> Result<PartId> {
        let key = path.as_ref();
        let blob = self.blob(data).await.map_err(|error| store_error(key, error))?;
        let put = self.objects.put_part(&self.bucket, key, id, part_idx as u64 + 1, blob).await;
        let part = put.map_err(|error| store_error(key, error))?;
        Ok(PartId { content_id: quoted(&part.etag) })
    }

    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        let key = path.as_ref();
        let listed = parts.into_iter().zip(1..);
        let listed =
            listed.map(|(part, number)| (number, part.content_id.trim_matches('"').to_owned())).collect();
        let done = self.objects.complete_upload(&self.bucket, key, id, listed, PutWhen::Always).await;
        let info = done.map_err(|error| store_error(key, error))?;
        Ok(PutResult { e_tag: Some(quoted(&info.etag)), version: None })
    }

    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        let aborted = self.objects.abort_upload(&self.bucket, path.as_ref(), id).await;
        aborted.map_err(|error| store_error(path.as_ref(), error))
    }
}

/// A multipart upload as a writer.
#[derive(Debug)]
pub(super) struct Upload {
    store: BucketStore,
    path: Path,
    id: MultipartId,
    begun: usize,
    done: Arc<Mutex<BTreeMap<usize, PartId>>>,
}

impl Upload {
    pub(super) fn new(store: BucketStore, path: Path, id: MultipartId) -> Self {
        Self { store, path, id, begun: 0, done: Arc::default() }
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (store, path, id, done) =
            (self.store.clone(), self.path.clone(), self.id.clone(), self.done.clone());
        let index = self.begun;
        self.begun += 1;
        async move {
            let part = MultipartStore::put_part(&store, &path, &id, index, data).await?;
            done.lock().insert(index, part);
            Ok(())
        }
        .boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if self.begun == 0 {
            // An object without bytes still needs one part.
            self.put_part(PutPayload::new()).await?;
        }
        let parts: Vec<PartId> = self.done.lock().values().cloned().collect();
        self.store.complete_multipart(&self.path, &self.id, parts).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.store.abort_multipart(&self.path, &self.id).await
    }
}
