//! Blobs that readers still need although nothing in the index may name them any more.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::RwLock;

/// How many readers use which blob.
#[derive(Debug, Default)]
pub(crate) struct Pins {
    /// Held for reading from before a reader looks at the index until its blobs are pinned; held for
    /// writing while the sweep asks. So whoever saw a blob in the index has pinned it before it can go.
    gate: RwLock<()>,
    counts: Mutex<HashMap<String, usize>>,
}

/// Blobs in use by one reader, until dropped.
#[derive(Debug)]
pub(crate) struct Pinned {
    pins: Arc<Pins>,
    blobs: Vec<String>,
}

impl Pins {
    /// Runs `look`, which reads the index, and pins the blobs it names.
    pub(crate) async fn look<T, E>(
        self: &Arc<Self>,
        look: impl Future<Output = Result<(T, Vec<String>), E>>,
    ) -> Result<(T, Pinned), E> {
        let _open = self.gate.read().await;
        let (found, blobs) = look.await?;
        let mut counts = self.counts.lock();
        for blob in &blobs {
            *counts.entry(blob.clone()).or_default() += 1;
        }
        Ok((found, Pinned { pins: self.clone(), blobs }))
    }

    /// Those of `blobs`, dead in the index already, that no reader uses or will use.
    pub(crate) async fn unused(&self, blobs: Vec<String>) -> Vec<String> {
        let _closed = self.gate.write().await;
        let counts = self.counts.lock();
        blobs.into_iter().filter(|blob| !counts.contains_key(blob)).collect()
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let mut counts = self.pins.counts.lock();
        for blob in &self.blobs {
            if let Some(count) = counts.get_mut(blob) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(blob);
                }
            }
        }
    }
}
