//! The runs that this process works on.

use super::Progress;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// One run at work.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) cancel: CancellationToken,
    pub(crate) progress: Progress,
    ended: watch::Sender<bool>,
}

impl Slot {
    /// Waits until nothing of the run works any more.
    pub(crate) async fn ended(&self) {
        // The sender lives as long as the slot.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }
}

/// All runs at work.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<HashMap<String, Arc<Slot>>>);

impl Slots {
    /// A place for a run that begins to work.
    pub(crate) fn take(&self, run_id: &str) -> Arc<Slot> {
        let slot = Arc::new(Slot {
            cancel: CancellationToken::new(),
            progress: Progress::default(),
            ended: watch::Sender::new(false),
        });
        self.0.lock().insert(run_id.to_owned(), slot.clone());
        slot
    }

    /// Nothing of the run works any more.
    pub(crate) fn leave(&self, run_id: &str) {
        if let Some(slot) = self.0.lock().remove(run_id) {
            slot.ended.send_replace(true);
        }
    }

    /// The run, if it is at work.
    pub(crate) fn find(&self, run_id: &str) -> Option<Arc<Slot>> {
        self.0.lock().get(run_id).cloned()
    }

    /// Cancels every run and waits for their ends.
    pub(crate) async fn cancel_all(&self) {
        let slots: Vec<_> = self.0.lock().values().cloned().collect();
        for slot in &slots {
            slot.cancel.cancel();
        }
        for slot in slots {
            slot.ended().await;
        }
    }
}
