//! One bucket in memory that lists its unfinished uploads and answers unknown ones with `NotFound`.

use object_store::memory::InMemory;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{Error, MultipartId, PutPayload, PutResult, Result};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug, Default)]
pub(crate) struct TestStore {
    pub(crate) inner: Arc<InMemory>,
    uploads: Arc<Mutex<BTreeMap<MultipartId, Path>>>,
}

impl TestStore {
    /// Uploads that are neither completed nor aborted.
    pub(crate) fn unfinished(&self) -> Vec<(MultipartId, Path)> {
        self.uploads.lock().iter().map(|(id, path)| (id.clone(), path.clone())).collect()
    }

    fn known(&self, path: &Path, id: &MultipartId) -> Result<()> {
        if self.uploads.lock().contains_key(id) {
            return Ok(());
        }
        Err(Error::NotFound { path: path.to_string(), source: "no such upload".into() })
    }

    pub(crate) async fn create(&self, path: &Path) -> Result<MultipartId> {
        let id = self.inner.create_multipart(path).await?;
        self.uploads.lock().insert(id.clone(), path.clone());
        Ok(id)
    }

    pub(crate) async fn part(
        &self,
        path: &Path,
        id: &MultipartId,
        n: usize,
        data: PutPayload,
    ) -> Result<PartId> {
        self.known(path, id)?;
        self.inner.put_part(path, id, n, data).await
    }

    pub(crate) async fn complete(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        self.known(path, id)?;
        self.uploads.lock().remove(id);
        self.inner.complete_multipart(path, id, parts).await
    }

    pub(crate) async fn abort(&self, path: &Path, id: &MultipartId) -> Result<()> {
        self.known(path, id)?;
        self.uploads.lock().remove(id);
        self.inner.abort_multipart(path, id).await
    }
}
