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

/// All runs at work. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots(Arc<Mutex<HashMap<String, Arc<Slot>>>>);

/// A run's slot while it is at work: without it, nothing of the run works any more.
#[derive(Debug)]
pub(crate) struct Taken {
    slots: Slots,
    run_id: String,
    pub(crate) slot: Arc<Slot>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.slots.0.lock().remove(&self.run_id);
        self.slot.ended.send_replace(true);
    }
}

impl Slots {
    /// A place for a run that is about to be stored, or to go on.
    pub(crate) fn take(&self, run_id: &str) -> Taken {
        let slot = Arc::new(Slot {
            cancel: CancellationToken::new(),
            progress: Progress::default(),
            ended: watch::Sender::new(false),
        });
        self.0.lock().insert(run_id.to_owned(), slot.clone());
        Taken { slots: self.clone(), run_id: run_id.to_owned(), slot }
    }

    /// Cancels a run and waits until nothing of it works any more.
    pub(crate) async fn cancel(&self, run_id: &str) {
        if let Some(slot) = self.find(run_id) {
            slot.cancel.cancel();
            slot.ended().await;
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
