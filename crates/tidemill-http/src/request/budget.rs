//! The bytes that request bodies, and answers with records, may take at once. What does not fit waits.

use crate::request::RequestError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tidemill_model::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of all bodies under way together, and again of all answers.
const BYTES_DEFAULT: u32 = 192 * 1024 * 1024;
/// How long a request waits for room before it is answered 503.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Room for bodies and answers. Cheap to clone; all clones share the room.
///
/// Answers have room of their own, so that readers who do not fetch what they asked for never keep
/// producers waiting.
#[derive(Clone, Debug)]
pub struct Budget {
    bodies: Arc<Pool>,
    answers: Arc<Pool>,
    clock: Clock,
}

#[derive(Debug)]
struct Pool {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// One that waits for room, as long as this lives.
struct Waiter<'a>(&'a AtomicUsize);

impl<'a> Waiter<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Room that is given back when this is dropped.
#[derive(Debug)]
pub struct Room {
    permit: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Gives back what is more than `bytes`.
    pub fn shrink(&mut self, bytes: usize) {
        if let Some(permit) = &mut self.permit {
            let more = permit.num_permits().saturating_sub(bytes);
            drop(permit.split(more));
        }
    }
}

impl Budget {
    /// 192 MiB for bodies and as much for answers.
    pub fn new(clock: Clock) -> Self {
        Self::with_bytes(clock, BYTES_DEFAULT)
    }

    /// `bytes` for bodies and as much for answers.
    pub fn with_bytes(clock: Clock, bytes: u32) -> Self {
        let room = || {
            Arc::new(Pool { free: Arc::new(Semaphore::new(bytes as usize)), waiting: AtomicUsize::new(0) })
        };
        Self { bodies: room(), answers: room(), clock }
    }

    /// Takes room for a body of `bytes`; 503 after 30 s without it.
    pub async fn body(&self, bytes: usize) -> Result<Room, RequestError> {
        self.take(&self.bodies, bytes).await
    }

    /// Takes room for an answer of `bytes`; 503 after 30 s without it.
    pub async fn answer(&self, bytes: usize) -> Result<Room, RequestError> {
        self.take(&self.answers, bytes).await
    }

    /// Whether requests wait for room for their bodies.
    pub(crate) fn bodies_are_crowded(&self) -> bool {
        self.bodies.waiting.load(Ordering::Relaxed) > 0
    }

    /// Whether requests wait for room for their answers.
    pub(crate) fn answers_are_crowded(&self) -> bool {
        self.answers.waiting.load(Ordering::Relaxed) > 0
    }

    async fn take(&self, pool: &Pool, bytes: usize) -> Result<Room, RequestError> {
        if bytes == 0 {
            return Ok(Room { permit: None });
        }
        let wanted = u32::try_from(bytes).unwrap_or(u32::MAX);
        if let Ok(permit) = pool.free.clone().try_acquire_many_owned(wanted) {
            return Ok(Room { permit: Some(permit) });
        }
        let _waiter = Waiter::new(&pool.waiting);
        tokio::select! {
            biased;
            permit = pool.free.clone().acquire_many_owned(wanted) => {
                permit.map(|permit| Room { permit: Some(permit) }).map_err(|closed| RequestError::Internal(closed.to_string()))
            }
            () = self.clock.sleep(WAIT_MAX) => Err(RequestError::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_waits_for_room_and_gives_up_after_30_seconds() {
        let clock = Clock::manual(0);
        let budget = Budget::with_bytes(clock.clone(), 100);
        let mut room = budget.body(80).await.unwrap();
        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { budget.body(40).await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(31));
        assert_eq!(waiting.await.unwrap().unwrap_err(), RequestError::Busy);
        assert!(budget.answer(100).await.is_ok(), "answers have their own room");
        room.shrink(60);
        assert!(budget.body(40).await.is_ok());
        drop(room);
        assert!(budget.body(100).await.is_ok());
    }
}
