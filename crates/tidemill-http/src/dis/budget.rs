//! The bytes that all request bodies may take at once. A request that does not fit waits unread.

use crate::dis::error::DisError;
use std::sync::Arc;
use std::time::Duration;
use tidemill_api::ErrorCode;
use tidemill_model::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of all bodies under way together.
const BYTES_DEFAULT: u32 = 192 * 1024 * 1024;
/// How long a request waits for room before it is answered 503.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Room for request bodies. Cheap to clone; all clones share the room.
#[derive(Clone, Debug)]
pub struct Budget {
    bytes: Arc<Semaphore>,
    clock: Clock,
}

/// Room that a request holds until it is answered.
#[derive(Debug)]
pub struct Room {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// 192 MiB.
    pub fn new(clock: Clock) -> Self {
        Self::with_bytes(clock, BYTES_DEFAULT)
    }

    /// A budget of `bytes`.
    pub fn with_bytes(clock: Clock, bytes: u32) -> Self {
        Self { bytes: Arc::new(Semaphore::new(bytes as usize)), clock }
    }

    /// Takes room for `bytes`; 503 after 30 s without it.
    pub async fn take(&self, bytes: u64) -> Result<Room, DisError> {
        let Ok(wanted) = u32::try_from(bytes) else { return Err(DisError::body_too_large()) };
        if wanted == 0 {
            return Ok(Room { _permit: None });
        }
        tokio::select! {
            biased;
            room = self.bytes.clone().acquire_many_owned(wanted) => {
                room.map(|room| Room { _permit: Some(room) }).map_err(DisError::internal)
            }
            () = self.clock.sleep(WAIT_MAX) => Err(busy()),
        }
    }
}

fn busy() -> DisError {
    DisError::new(ErrorCode::Busy, &["too many requests at once, try again later"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_waits_for_room_and_gives_up_after_30_seconds() {
        let clock = Clock::manual(0);
        let budget = Budget::with_bytes(clock.clone(), 100);
        let room = budget.take(80).await.unwrap();
        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { budget.take(40).await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(31));
        assert_eq!(waiting.await.unwrap().unwrap_err().code, ErrorCode::Busy);
        drop(room);
        assert!(budget.take(100).await.is_ok());
    }
}
