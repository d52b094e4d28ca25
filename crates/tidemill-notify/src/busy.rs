//! Subscriptions to which something is being sent right now.

use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::watch;

/// A set of ids with a way to wait until one is not in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Busy(Arc<watch::Sender<HashSet<String>>>);

/// While it lives, its id is busy.
#[derive(Debug)]
pub(crate) struct Taken {
    busy: Busy,
    id: String,
}

impl Busy {
    /// Marks an id; `None` if it is busy already.
    pub(crate) fn take(&self, id: &str) -> Option<Taken> {
        let new = self.0.send_if_modified(|ids| ids.insert(id.to_owned()));
        new.then(|| Taken { busy: self.clone(), id: id.to_owned() })
    }

    /// The ids that are busy now.
    pub(crate) fn now(&self) -> HashSet<String> {
        self.0.borrow().clone()
    }

    /// Waits until nothing is sent to any of these.
    pub(crate) async fn none_of(&self, free: &[String]) {
        // The sender lives as long as `self`, so the wait can only end well.
        let _ = self.0.subscribe().wait_for(|ids| !free.iter().any(|id| ids.contains(id))).await;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.busy.0.send_if_modified(|ids| ids.remove(&self.id));
    }
}
