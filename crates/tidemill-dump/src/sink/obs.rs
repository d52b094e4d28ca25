//! Publishing an object into a bucket.

use crate::context::Context;
use crate::error::Trouble;
use crate::spool::SpooledFile;
use bytes::Bytes;
use object_store::multipart::PartId;
use object_store::path::Path;
use object_store::{MultipartId, PutPayload};
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError};
use tidemill_meta::dump::{Owner, UploadRow};
use tidemill_model::{ProjectId, random_id};
use tokio_util::task::TaskTracker;

/// One bucket and the owner that writes to it.
pub(crate) struct ObsSink {
    pub(super) ctx: Arc<Context>,
    pub(super) store: Arc<dyn Bucket>,
    project: ProjectId,
    bucket: String,
    owner: Owner,
    /// Creates and completes under way: they run to their end even if the runner is stopped, so that what
    /// they did can be seen afterwards.
    calls: TaskTracker,
}

/// The bytes of an object.
pub(crate) enum Body {
    Memory(Bytes),
    Spooled(SpooledFile),
}

/// A published object that is not committed yet.
pub(crate) struct Published {
    pub(crate) upload_row: String,
    pub(crate) etag: Option<String>,
}

impl Body {
    fn bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Spooled(file) => file.bytes,
        }
    }

    async fn part(&self, at: u64, len: usize) -> Result<PutPayload, Trouble> {
        match self {
            Self::Memory(bytes) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes.slice(at..bytes.len().min(at.saturating_add(len))).into())
            }
            Self::Spooled(file) => {
                let file = file.clone();
                let read = tokio::task::spawn_blocking(move || file.read(at, len)).await;
                Ok(read.map_err(|e| Trouble::Retry(format!("spool: {e}")))??.into())
            }
        }
    }
}

impl ObsSink {
    /// Opens the bucket for an owner.
    pub(crate) async fn open(
        ctx: Arc<Context>,
        project: &ProjectId,
        bucket: &str,
        owner: Owner,
        calls: TaskTracker,
    ) -> Result<Self, BucketError> {
        let opened = ctx.within(ctx.config.call_timeout, ctx.buckets.open(project, bucket)).await;
        let store = opened.ok_or_else(|| BucketError::Unreachable("no answer in time".into()))??;
        Ok(Self { ctx, store, project: project.clone(), bucket: bucket.to_owned(), owner, calls })
    }

    /// One call to the destination within its time. The error names the call and the key.
    pub(super) async fn call<T>(
        &self,
        what: &str,
        key: &str,
        call: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, Trouble> {
        match self.ctx.within(self.ctx.config.call_timeout, call).await {
            Some(Ok(done)) => Ok(done),
            Some(Err(error)) => Err(Trouble::Retry(format!("{what} {}/{key}: {error}", self.bucket))),
            None => Err(Trouble::Retry(format!("{what} {}/{key}: no answer in time", self.bucket))),
        }
    }

    /// Publishes `body` under `key`: steps 1 to 4 of the protocol. `partition` names the delivery's partition
    /// if the object is data.
    pub(crate) async fn publish(
        &self,
        key: &str,
        body: &Body,
        partition: Option<u32>,
    ) -> Result<Published, Trouble> {
        let path = path(key)?;
        let row = self.announce(key).await?;
        let id = self.create(path.clone(), key).await?;
        self.or_abort(&path, &id, self.ctx.name_upload(&self.owner, &row, &id).await).await?;
        let parts = self.upload(&path, key, &id, body).await?;
        let marked = self.ctx.mark_sent(&self.owner, &row, partition).await;
        self.or_abort(&path, &id, marked).await?;
        let etag = self.complete(path, key, id, parts).await?;
        Ok(Published { upload_row: row, etag })
    }

    async fn announce(&self, key: &str) -> Result<String, Trouble> {
        let row = self.upload_row(&self.owner.task_id, key);
        self.ctx.announce_upload(Some(&self.owner), &row).await?;
        Ok(row.row_id)
    }

    pub(super) fn upload_row(&self, task_id: &str, key: &str) -> UploadRow {
        UploadRow {
            row_id: random_id(),
            task_id: task_id.to_owned(),
            epoch: self.owner.epoch,
            project: self.project.as_str().to_owned(),
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            upload_id: None,
            completing: false,
        }
    }

    /// An upload that was not recorded is aborted and never completed. If the abort fails, too, the
    /// announced row still leads to it.
    async fn or_abort(
        &self,
        path: &Path,
        id: &MultipartId,
        done: Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        if done.is_err() {
            let _ = self.call("abort", path.as_ref(), self.store.abort_multipart(path, id)).await;
        }
        done
    }

    async fn upload(
        &self,
        path: &Path,
        key: &str,
        id: &MultipartId,
        body: &Body,
    ) -> Result<Vec<PartId>, Trouble> {
        let part_bytes = self.ctx.config.part_bytes.max(1) as u64;
        // An empty object has one empty part: an upload without parts cannot be completed.
        let count = body.bytes().div_ceil(part_bytes).max(1);
        let mut parts = Vec::new();
        for index in 0..count {
            let data = body.part(index * part_bytes, self.ctx.config.part_bytes.max(1)).await?;
            let part = self.store.put_part(path, id, parts.len(), data);
            parts.push(self.call("upload part", key, part).await?);
        }
        Ok(parts)
    }

    /// An upload that is made after nobody waits for it any more is aborted at once: no row leads to it.
    async fn create(&self, path: Path, key: &str) -> Result<MultipartId, Trouble> {
        let store = self.store.clone();
        let (sender, answer) = tokio::sync::oneshot::channel();
        self.calls.spawn(async move {
            let created = store.create_multipart(&path).await;
            if let Err(Ok(id)) = sender.send(created) {
                let _ = store.abort_multipart(&path, &id).await;
            }
        });
        let cut_off = || object_store::Error::Generic { store: "bucket", source: "cut off".into() };
        let created = async { answer.await.unwrap_or_else(|_| Err(cut_off())) };
        self.call("create upload", key, created).await
    }

    async fn complete(
        &self,
        path: Path,
        key: &str,
        id: MultipartId,
        parts: Vec<PartId>,
    ) -> Result<Option<String>, Trouble> {
        let store = self.store.clone();
        let sent = self.calls.spawn(async move { store.complete_multipart(&path, &id, parts).await });
        let answer =
            async { sent.await.unwrap_or_else(|e| Err(object_store::Error::JoinError { source: e })) };
        Ok(self.call("complete", key, answer).await?.e_tag)
    }
}

/// Keys are built from checked names, so this only fails if a stored key was altered.
pub(super) fn path(key: &str) -> Result<Path, Trouble> {
    Path::parse(key).map_err(|e| Trouble::Fatal(format!("the key {key:?} cannot be used: {e}")))
}
