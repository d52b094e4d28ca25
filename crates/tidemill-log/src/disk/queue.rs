//! Appends on their way to the writer.

use crate::chunk::Chunk;
use crate::store::Outcome;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::time::Duration;
use tidemill_model::Incarnation;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// One append, or a part of a large one, that fits into a group.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) incarnation: Incarnation,
    pub(crate) chunks: Vec<(u32, Chunk, Option<OwnedSemaphorePermit>)>,
    /// Bytes its frames take in a group.
    pub(crate) bytes: usize,
    pub(crate) done: oneshot::Sender<Vec<Outcome>>,
}

impl Pending {
    /// Answers every chunk alike.
    pub(crate) fn answer(self, outcome: Outcome) {
        // The caller may have gone away; nobody else wants the answer.
        let _ = self.done.send(vec![outcome; self.chunks.len()]);
    }
}

/// Why the writer wakes up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Something waits.
    Work,
    /// Nothing came for the given time.
    Idle,
    /// Nothing waits and nothing will come.
    Closed,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Pending>,
    closed: bool,
}

/// Appends in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Queue {
    /// Adds an append; gives it back if the queue is closed.
    pub(crate) fn push(&self, pending: Pending) -> Result<(), Pending> {
        let mut inner = self.inner.lock();
        if inner.closed {
            return Err(pending);
        }
        inner.waiting.push_back(pending);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for work; with `idle` at most that long.
    pub(crate) fn wait(&self, idle: Option<Duration>) -> Wake {
        let mut inner = self.inner.lock();
        loop {
            if !inner.waiting.is_empty() {
                return Wake::Work;
            }
            if inner.closed {
                return Wake::Closed;
            }
            match idle {
                None => self.changed.wait(&mut inner),
                Some(time) => {
                    if self.changed.wait_for(&mut inner, time).timed_out() && inner.waiting.is_empty() {
                        return if inner.closed { Wake::Closed } else { Wake::Idle };
                    }
                }
            }
        }
    }

    /// Bytes of the append that comes next.
    pub(crate) fn first_bytes(&self) -> Option<usize> {
        self.inner.lock().waiting.front().map(|p| p.bytes)
    }

    /// Takes what fits into `room` bytes, in order.
    pub(crate) fn take(&self, mut room: usize) -> Vec<Pending> {
        let mut inner = self.inner.lock();
        let mut taken = Vec::new();
        while let Some(next) = inner.waiting.pop_front_if(|p| p.bytes <= room) {
            room -= next.bytes;
            taken.push(next);
        }
        taken
    }

    /// Lets nothing more in; what waits is still worked off.
    pub(crate) fn close(&self) {
        self.inner.lock().closed = true;
        self.changed.notify_all();
    }

    /// Answers everything that waits with the same outcome.
    pub(crate) fn answer_all(&self, outcome: Outcome) {
        let waiting = std::mem::take(&mut self.inner.lock().waiting);
        waiting.into_iter().for_each(|p| p.answer(outcome));
    }
}
