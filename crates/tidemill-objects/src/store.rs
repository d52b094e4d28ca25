//! The store as a whole: opening it and writing through its index.

use crate::blob::{BlobDir, BlobWriter, NewBlob, WantedHashes};
use crate::pins::Pins;
use crate::sweep;
use crate::{BucketStore, ObjectsError};
use futures::future::BoxFuture;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tidemill_meta::{Meta, Tx, object as rows};
use tidemill_model::Clock;
use tidemill_model::limits::OBJECT_KEY_BYTES_MAX;
use tokio::task::spawn_blocking;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A shared handle on the object store.
#[derive(Clone, Debug)]
pub struct Objects(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) dir: Arc<BlobDir>,
    pub(crate) meta: Meta,
    pub(crate) clock: Clock,
    pub(crate) pins: Arc<Pins>,
    pub(crate) sweep: Arc<sweep::Sweep>,
    _sweeping: DropGuard,
}

impl Objects {
    /// Opens or makes the store: blobs below `dir`, the index in `meta`.
    ///
    /// What was under way when the last process ended is put in its place or removed. The directory must
    /// belong to this process alone.
    ///
    /// # Errors
    /// [`ObjectsError::Io`], [`ObjectsError::Full`], [`ObjectsError::Meta`].
    pub async fn open(dir: &Path, meta: Meta, clock: Clock) -> Result<Self, ObjectsError> {
        let dir = dir.to_owned();
        let dir = Arc::new(blocking(move || BlobDir::open(&dir)).await?);
        settle_incoming(&dir, &meta).await?;
        let pins = Arc::new(Pins::default());
        let sweep = Arc::new(sweep::Sweep::new(dir.clone(), meta.clone(), pins.clone()));
        let stop = CancellationToken::new();
        tokio::spawn(sweep::run(sweep.clone(), stop.clone()));
        Ok(Self(Arc::new(Inner { dir, meta, clock, pins, sweep, _sweeping: stop.drop_guard() })))
    }

    /// Begins a blob: the bytes of an object, a part or an append. Nothing is visible until it is passed to
    /// one of the operations that take a [`NewBlob`].
    pub fn writer(&self, wanted: WantedHashes) -> BlobWriter {
        BlobWriter::new(self.0.dir.clone(), wanted)
    }

    /// The bucket behind the `object_store` traits.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::Meta`].
    pub async fn bucket(&self, name: &str) -> Result<BucketStore, ObjectsError> {
        self.bucket_info(name).await.map(|bucket| BucketStore::new(self.clone(), bucket.name))
    }

    /// Removes the files of dead blobs that no reader uses; how many are gone. Runs by itself as well.
    ///
    /// # Errors
    /// [`ObjectsError::Meta`]; a file that cannot be removed is left for the next time.
    pub async fn sweep(&self) -> Result<u64, ObjectsError> {
        self.0.sweep.once().await
    }

    /// Commits `work`, which names `blob` in the index and returns its result and the number of dead blobs.
    ///
    /// Runs to its end even if the caller goes away: a blob whose row is committed must stay.
    pub(crate) async fn commit<T, F>(&self, blob: NewBlob, work: F) -> Result<T, ObjectsError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, Result<(T, u64), ObjectsError>> + Send + 'static,
    {
        let this = self.clone();
        let committed = tokio::spawn(async move {
            match this.0.meta.tx(work).await {
                Ok((result, dead)) => {
                    blob.settle().await;
                    this.0.sweep.wake_if(dead);
                    Ok(result)
                }
                Err(error @ ObjectsError::Meta(_)) => {
                    blob.leave();
                    Err(error)
                }
                Err(error) => Err(error),
            }
        });
        committed.await.map_err(|error| ObjectsError::Io(io::Error::other(error)))?
    }

    /// Commits `work`, which returns its result and the number of dead blobs.
    pub(crate) async fn change<T, F>(&self, work: F) -> Result<T, ObjectsError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, Result<(T, u64), ObjectsError>> + Send + 'static,
    {
        let (result, dead) = self.0.meta.tx(work).await?;
        self.0.sweep.wake_if(dead);
        Ok(result)
    }
}

/// Decides about every blob that was under way when the last process ended.
async fn settle_incoming(dir: &Arc<BlobDir>, meta: &Meta) -> Result<(), ObjectsError> {
    let lister = dir.clone();
    for blob in blocking(move || lister.left_in_incoming()).await? {
        let name = blob.clone();
        let unknown: bool = meta
            .read::<_, ObjectsError, _>(move |tx| {
                let name = name.clone();
                Box::pin(async move { Ok(rows::unknown_blob(tx, &name).await?) })
            })
            .await?;
        let dir = dir.clone();
        blocking(move || if unknown { dir.discard(&blob) } else { dir.settle(&blob) }).await?;
    }
    Ok(())
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ObjectsError> {
    let done = spawn_blocking(work).await.map_err(io::Error::other)?;
    Ok(done?)
}

/// A key has 1 to 1024 bytes and no NUL.
pub(crate) fn check_key(key: &str) -> Result<(), ObjectsError> {
    if key.is_empty() || key.len() > OBJECT_KEY_BYTES_MAX || key.contains('\0') {
        return Err(ObjectsError::InvalidKey);
    }
    Ok(())
}
