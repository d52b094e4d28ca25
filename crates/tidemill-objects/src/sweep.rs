//! Removing the files of blobs that nothing holds any more.
//!
//! The rows of dead blobs are written with the change that killed them, so the sweep goes on after a
//! restart where it was.

use crate::ObjectsError;
use crate::blob::BlobDir;
use crate::pins::Pins;
use crate::store::blocking;
use std::sync::Arc;
use tidemill_meta::{Meta, object as rows};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

const BATCH: u64 = 256;

/// The sweep and what wakes it.
#[derive(Debug)]
pub(crate) struct Sweep {
    dir: Arc<BlobDir>,
    meta: Meta,
    pins: Arc<Pins>,
    wanted: Notify,
    one_at_a_time: Mutex<()>,
}

impl Sweep {
    pub(crate) fn new(dir: Arc<BlobDir>, meta: Meta, pins: Arc<Pins>) -> Self {
        let wanted = Notify::new();
        // What an earlier process left.
        wanted.notify_one();
        Self { dir, meta, pins, wanted, one_at_a_time: Mutex::new(()) }
    }

    /// Lets the sweep run soon if there is something to sweep.
    pub(crate) fn wake_if(&self, dead: u64) {
        if dead > 0 {
            self.wanted.notify_one();
        }
    }

    /// Removes everything dead that no reader uses; how many files are gone.
    pub(crate) async fn once(&self) -> Result<u64, ObjectsError> {
        let _one = self.one_at_a_time.lock().await;
        let (mut after, mut count) = (String::new(), 0);
        loop {
            let batch = self.dead_after(after).await?;
            let Some(last) = batch.last() else { return Ok(count) };
            after = last.clone();
            let unused = self.pins.unused(batch).await;
            let dir = self.dir.clone();
            let gone = Arc::new(blocking(move || Ok(dir.unlink(unused))).await?);
            count += gone.len() as u64;
            self.forget(gone).await?;
        }
    }

    async fn dead_after(&self, after: String) -> Result<Vec<String>, ObjectsError> {
        self.meta
            .read(move |tx| {
                let after = after.clone();
                Box::pin(async move { Ok(rows::dead_blobs(tx, &after, BATCH).await?) })
            })
            .await
    }

    async fn forget(&self, gone: Arc<Vec<String>>) -> Result<(), ObjectsError> {
        self.meta
            .tx(move |tx| {
                let gone = gone.clone();
                Box::pin(async move { Ok(rows::forget_dead_blobs(tx, &gone).await?) })
            })
            .await
    }
}

/// Sweeps whenever woken, until stopped.
pub(crate) async fn run(sweep: Arc<Sweep>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sweep.wanted.notified() => {}
        }
        if let Err(error) = sweep.once().await {
            tracing::warn!(%error, "dead blobs wait for the next sweep");
        }
    }
}
