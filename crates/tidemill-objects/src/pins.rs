//! Blobs that readers still need although nothing in the index may name them any more.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// How many readers use which blob.
#[derive(Debug, Default)]
pub(crate) struct Pins {
    /// Readers from before they look at the index until their blobs are pinned. The sweep waits for those who began
    /// before it asks; later ones do not find what is dead by then. So whoever saw a blob in the index has pinned it
    /// before it can go, and no reader waits for another one, which may stand still.
    looking: Mutex<TaskTracker>,
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
        let _looking = self.looking.lock().token();
        let (found, blobs) = look.await?;
        let mut counts = self.counts.lock();
        for blob in &blobs {
            *counts.entry(blob.clone()).or_default() += 1;
        }
        Ok((found, Pinned { pins: self.clone(), blobs }))
    }

    /// Those of `blobs`, dead in the index already, that no reader uses or will use.
    pub(crate) async fn unused(&self, blobs: Vec<String>) -> Vec<String> {
        let before = std::mem::take(&mut *self.looking.lock());
        before.close();
        before.wait().await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use futures::future::pending;

    /// A reader is a future of somebody's: it may stand still for as long as that one likes.
    #[tokio::test]
    async fn a_reader_that_stands_still_keeps_the_sweep_waiting_and_nobody_else() {
        let pins = Arc::new(Pins::default());
        let mut stands = Box::pin(pins.look(pending::<Result<((), Vec<String>), ()>>()));
        assert!(futures::poll!(&mut stands).is_pending());
        let mut sweep = Box::pin(pins.unused(vec!["dead".to_owned(), "live".to_owned()]));
        assert!(futures::poll!(&mut sweep).is_pending());
        let look = pins.look(async { Ok::<_, ()>(((), vec!["live".to_owned()])) });
        let (_, _pinned) = look.now_or_never().unwrap().unwrap();
        assert!(futures::poll!(&mut sweep).is_pending());
        drop(stands);
        assert_eq!(sweep.await, ["dead"]);
    }
}
