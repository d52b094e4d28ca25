//! What the writer, the settler and the callers share.

use super::aligned::AlignedBuf;
use super::block::SegmentId;
use super::cache::ReaderCache;
use super::config::DiskLogConfig;
use super::device::{Disk, is_full};
use super::manifest::{self, ManifestFiles, RingShape};
use super::queue::Queue;
use super::ring::RingGate;
use super::segment::Layout;
use super::space::Space;
use super::state::State;
use crate::store::{LogError, Outcome, Refusal};
use parking_lot::{Condvar, Mutex, RwLock};
use std::io;
use std::sync::Arc;
use tidemill_model::Clock;
use tokio::sync::{Notify, Semaphore};

/// The log's parts. Locks are taken in the order `pass`, `manifest`, `state`.
pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) layout: Layout,
    pub(crate) config: DiskLogConfig,
    pub(crate) clock: Clock,
    pub(crate) shape: RingShape,
    /// Held while segment files are written or removed.
    pub(crate) pass: Mutex<AlignedBuf>,
    pub(crate) manifest: Mutex<ManifestFiles>,
    /// Segments taken out of the state whose files go once the manifest says so.
    pub(crate) doomed: Mutex<Vec<SegmentId>>,
    pub(crate) state: RwLock<State>,
    pub(crate) queue: Queue,
    pub(crate) kick: Kick,
    pub(crate) ring: RingGate,
    /// Bytes of records that may still come into memory.
    pub(crate) budget: Arc<Semaphore>,
    pub(crate) space: Space,
    /// Wakes appends that wait for memory when the disk is full.
    pub(crate) full_notice: Notify,
    pub(crate) readers: ReaderCache,
}

impl Shared {
    /// Writes the state to the manifest, durable when this returns.
    pub(crate) fn commit(&self) -> Result<(), LogError> {
        let mut files = self.manifest.lock();
        if self.state.read().stopped.is_some() {
            return Err(LogError::Stopped);
        }
        let mut settled_slot = 0;
        let result = files.commit(&*self.disk, |sequence, shape| {
            let state = self.state.read();
            settled_slot = state.settled.slot;
            manifest::encode(sequence, shape, &state)
        });
        match result {
            Ok(()) => self.ring.settled(settled_slot),
            Err(error) => return Err(LogError::Io(self.failed("writing the manifest", error))),
        }
        Ok(())
    }

    /// Writes the state if it changed or an earlier attempt failed.
    pub(crate) fn commit_if(&self, changed: bool) -> Result<(), LogError> {
        let dirty = self.manifest.lock().dirty;
        if changed || dirty { self.commit() } else { Ok(()) }
    }

    /// Draws the consequence of a failed write beside the journal: a full disk refuses puts until there is
    /// room, anything else stops the log.
    pub(crate) fn failed(&self, what: &str, error: io::Error) -> io::Error {
        if is_full(&error) {
            self.disk_full();
        } else {
            self.stop(&format!("{what} failed: {error}"));
        }
        error
    }

    /// Refuses puts until there is room, those that wait for memory too.
    pub(crate) fn disk_full(&self) {
        self.space.set_full();
        self.ring.disk_full(true);
        self.full_notice.notify_waiters();
    }

    /// Looks at the free space, with `unsettled` bytes still to be written.
    pub(crate) fn note_space(&self, unsettled: u64) {
        if self.space.check(unsettled) {
            self.disk_full();
        } else {
            self.ring.disk_full(false);
        }
    }

    /// Whether puts are refused for want of room; settles what waited once there is some.
    pub(crate) fn refuses_for_space(&self) -> bool {
        if !self.space.is_full() {
            return false;
        }
        let unsettled = self.state.read().unsettled as u64;
        self.note_space(unsettled);
        let full = self.space.is_full();
        if !full {
            self.kick.now();
        }
        full
    }

    /// Stops the log for good: nothing is acknowledged any more.
    pub(crate) fn stop(&self, reason: &str) {
        let mut state = self.state.write();
        if state.stopped.is_none() {
            tracing::error!(reason, "the log stops");
            state.stopped = Some(reason.to_owned());
        }
        drop(state);
        self.close();
        self.ring.close();
        self.queue.answer_all(Outcome::Refused(Refusal::Stopped));
    }

    /// Lets nothing new in and wakes everybody who waits.
    pub(crate) fn close(&self) {
        self.queue.close();
        self.budget.close();
    }
}

/// Wakes the settler.
#[derive(Debug, Default)]
pub(crate) struct Kick {
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Kick {
    /// There is something to settle.
    pub(crate) fn now(&self) {
        self.state.lock().0 = true;
        self.changed.notify_one();
    }

    /// Ends [`Kick::wait`].
    pub(crate) fn close(&self) {
        self.state.lock().1 = true;
        self.changed.notify_one();
    }

    /// Waits for something to settle; false when closed.
    pub(crate) fn wait(&self) -> bool {
        let mut state = self.state.lock();
        loop {
            match *state {
                (_, true) => return false,
                (true, _) => {
                    state.0 = false;
                    return true;
                }
                _ => self.changed.wait(&mut state),
            }
        }
    }
}
