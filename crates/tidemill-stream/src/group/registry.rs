//! All groups of the server, each behind its own lock; empty ones take no room.

use super::state::Group;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_model::ProjectId;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Project and app.
pub(crate) type GroupKey = (ProjectId, String);

type Slot = Arc<RwLock<Group>>;

/// Groups with members, and those that a call is looking at.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<HashMap<GroupKey, Slot>>);

impl Groups {
    fn slot(&self, key: &GroupKey) -> Slot {
        self.0.lock().entry(key.clone()).or_default().clone()
    }

    /// The group, for one call that may change it.
    pub(crate) async fn change(&self, key: &GroupKey) -> OwnedRwLockWriteGuard<Group> {
        self.slot(key).write_owned().await
    }

    /// The group, for callers that need it to stay as it is meanwhile.
    pub(crate) async fn hold(&self, key: &GroupKey) -> OwnedRwLockReadGuard<Group> {
        self.slot(key).read_owned().await
    }

    /// Forgets the group if it is empty and no call holds it or waits for it.
    pub(crate) fn tidy(&self, key: &GroupKey) {
        let mut groups = self.0.lock();
        // Handles are only given out under this lock, so one handle means that nobody else has any.
        let unused = |slot: &Slot| Arc::strong_count(slot) == 1;
        if groups.get(key).is_some_and(|s| unused(s) && s.try_read().is_ok_and(|group| group.is_empty())) {
            groups.remove(key);
        }
    }

    /// The groups there are now.
    pub(crate) fn keys(&self) -> Vec<GroupKey> {
        self.0.lock().keys().cloned().collect()
    }
}
