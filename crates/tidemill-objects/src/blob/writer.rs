//! Writing a blob: bytes go to the file and through the digests in one blocking step a batch.

use super::dir::BlobDir;
use super::hashes::{Digests, Hasher, WantedHashes};
use crate::ObjectsError;
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use tidemill_model::limits::OBJECT_BODY_BYTES_MAX;
use tidemill_model::random_hex32;
use tokio::task::{JoinHandle, spawn_blocking};

/// One batch is written while the next one is collected, so a writer holds at most about two.
const BATCH_BYTES: usize = 512 * 1024;
/// Against bodies that arrive in very small pieces.
const BATCH_PIECES: usize = 512;

/// A blob being written. Dropping it removes what was written.
#[derive(Debug)]
pub struct BlobWriter {
    state: State,
    batch: Vec<Bytes>,
    batch_bytes: usize,
    size: u64,
}

#[derive(Debug)]
enum State {
    Ready(Box<Sink>),
    Writing(JoinHandle<io::Result<Box<Sink>>>),
    Failed,
}

/// The file under way; it exists from the first batch on.
#[derive(Debug)]
struct Sink {
    file: Option<File>,
    hasher: Hasher,
    unnamed: Unnamed,
}

/// The id of a blob that no row names yet. Dropping it removes the file.
#[derive(Debug)]
struct Unnamed {
    dir: Arc<BlobDir>,
    blob: String,
    armed: bool,
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if self.armed
            && let Err(error) = self.dir.discard(&self.blob)
        {
            tracing::warn!(blob = %self.blob, %error, "an unfinished blob could not be removed");
        }
    }
}

/// A blob on disk, synced, that no row names yet. Dropping it removes the file.
#[derive(Debug)]
pub struct NewBlob {
    unnamed: Unnamed,
    size: u64,
    digests: Digests,
}

impl BlobWriter {
    pub(crate) fn new(dir: Arc<BlobDir>, wanted: WantedHashes) -> Self {
        let unnamed = Unnamed { dir, blob: random_hex32(), armed: true };
        let sink = Sink { file: None, hasher: Hasher::new(wanted), unnamed };
        Self { state: State::Ready(Box::new(sink)), batch: Vec::new(), batch_bytes: 0, size: 0 }
    }

    /// Bytes taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes more bytes; waits while an earlier batch is being written.
    ///
    /// # Errors
    /// [`ObjectsError::TooLarge`] beyond 5 GiB, [`ObjectsError::Full`], [`ObjectsError::Io`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), ObjectsError> {
        self.size += bytes.len() as u64;
        if self.size > OBJECT_BODY_BYTES_MAX {
            return Err(ObjectsError::TooLarge);
        }
        self.batch_bytes += bytes.len();
        self.batch.push(bytes);
        if self.batch_bytes >= BATCH_BYTES || self.batch.len() >= BATCH_PIECES {
            let mut sink = self.ready().await?;
            let batch = self.take_batch();
            self.state = State::Writing(spawn_blocking(move || sink.write(&batch).map(|()| sink)));
        }
        Ok(())
    }

    /// Writes the rest and syncs file and directory.
    ///
    /// # Errors
    /// [`ObjectsError::Full`], [`ObjectsError::Io`].
    pub async fn finish(mut self) -> Result<NewBlob, ObjectsError> {
        let mut sink = self.ready().await?;
        let (batch, size) = (self.take_batch(), self.size);
        let written = spawn_blocking(move || {
            sink.write(&batch)?;
            sink.finish(size)
        });
        Ok(joined(written.await)?)
    }

    fn take_batch(&mut self) -> Vec<Bytes> {
        self.batch_bytes = 0;
        std::mem::take(&mut self.batch)
    }

    async fn ready(&mut self) -> Result<Box<Sink>, ObjectsError> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Ready(sink) => Ok(sink),
            State::Writing(step) => Ok(joined(step.await)?),
            State::Failed => Err(ObjectsError::Io(io::Error::other("an earlier write failed"))),
        }
    }
}

fn joined<T>(step: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    step.unwrap_or_else(|error| Err(io::Error::other(error)))
}

impl Sink {
    fn write(&mut self, batch: &[Bytes]) -> io::Result<()> {
        self.unnamed.dir.check_room()?;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(self.unnamed.dir.create(&self.unnamed.blob)?),
        };
        for bytes in batch {
            file.write_all(bytes)?;
            self.hasher.update(bytes);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, size: u64) -> io::Result<NewBlob> {
        if let Some(file) = &self.file {
            file.sync_data()?;
        }
        self.unnamed.dir.sync_incoming()?;
        Ok(NewBlob { unnamed: self.unnamed, size, digests: self.hasher.finish() })
    }
}

impl NewBlob {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The digests that were wanted, and MD5.
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    pub(crate) fn id(&self) -> &str {
        &self.unnamed.blob
    }

    /// A row names the blob: moves it to its place. If that fails, the next start does it.
    pub(crate) async fn settle(mut self) {
        self.unnamed.armed = false;
        let moved = spawn_blocking(move || {
            let moved = self.unnamed.dir.settle(&self.unnamed.blob);
            moved.map_err(|error| (self.unnamed.blob.clone(), error))
        });
        if let Ok(Err((blob, error))) = moved.await {
            tracing::warn!(%blob, %error, "a blob stays in incoming until the next start");
        }
    }

    /// Nobody knows whether a row names the blob: leaves the file for the next start to decide.
    pub(crate) fn leave(mut self) {
        self.unnamed.armed = false;
    }
}
