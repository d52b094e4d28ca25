//! Reading a body: bounded, timed, hashed as it comes, contiguous in the end.

use crate::request::{Budget, RequestError};
use axum::body::Body;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tidemill_model::Clock;
use tidemill_model::limits::{BODY_SLOW_SECONDS_MAX, TRANSFER_BYTES_PER_S_CROWDED};

/// Longest time a client may take to send a body.
const TIME_MAX: Duration = Duration::from_secs(30);
/// Most bytes of a body that is too large which are still taken from the connection.
const DISCARDED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How long that may take, and how long the body may pause, before the client is answered all the same.
const DISCARDING_TIME_MAX: Duration = Duration::from_secs(10);
const DISCARDING_PAUSE_MAX: Duration = Duration::from_secs(1);

/// Bytes the body will take: what it says, at most `max`, or `max` if it does not say.
///
/// A stated length above `max` is refused before anything is kept.
pub(crate) async fn expected_bytes(body: &mut Body, max: usize) -> Result<usize, RequestError> {
    let hint = body.size_hint();
    if hint.lower() > max as u64 {
        discard(body).await;
        return Err(RequestError::TooLarge(max));
    }
    let upper = hint.upper().unwrap_or(max as u64).min(max as u64);
    Ok(usize::try_from(upper).unwrap_or(max))
}

/// Takes the rest of a body that is too large off the connection, within bounds, and forgets it.
///
/// The Java SDK sends all of its body before it looks at the answer. A connection closed under it would make it
/// send the same again, five times, and never see the 413.
async fn discard(body: &mut Body) {
    if body.size_hint().lower() <= DISCARDED_BYTES_MAX as u64 {
        let _ = tokio::time::timeout(DISCARDING_TIME_MAX, discard_frames(body)).await;
    }
}

async fn discard_frames(body: &mut Body) {
    let mut left = DISCARDED_BYTES_MAX;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(DISCARDING_PAUSE_MAX, body.frame()).await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        if bytes > left {
            return;
        }
        left -= bytes;
    }
}

/// How fast a body has to come: within 30 s, and not too slowly while others wait for room.
#[derive(Clone, Copy)]
pub(crate) struct Pace<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) budget: &'a Budget,
}

/// Waits for the first bytes of `body`, at most 30 s; none if it has none. They are still in the connection's
/// read buffer.
pub(crate) async fn begin(body: &mut Body, clock: &Clock) -> Result<Bytes, RequestError> {
    tokio::select! {
        biased;
        first = next(body) => Ok(first?.unwrap_or_default()),
        () = clock.sleep(TIME_MAX) => Err(late()),
    }
}

/// The next bytes of a body; `None` at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, RequestError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| RequestError::Unreadable("the body ended early".into()))?;
        match frame.into_data() {
            Ok(data) if !data.is_empty() => return Ok(Some(data)),
            _ => {}
        }
    }
    Ok(None)
}

fn late() -> RequestError {
    RequestError::Unreadable("the body did not arrive within 30 s".into())
}

/// Reads all of `body` that comes after `first`, at most `max` bytes and 30 s. `hash` sees every byte as it
/// arrives. While others wait for room a body that comes too slowly is refused as [`RequestError::Busy`].
pub(crate) async fn read(
    first: Bytes,
    mut body: Body,
    max: usize,
    pace: Pace<'_>,
    hash: Option<&mut Sha256>,
) -> Result<Bytes, RequestError> {
    let arrived = AtomicU64::new(0);
    tokio::select! {
        biased;
        read = read_frames(first, &mut body, max, &arrived, hash) => read,
        slow = pace.lost(&arrived) => Err(slow),
    }
}

impl Pace<'_> {
    /// Returns once the body came too slowly, and why it is refused.
    async fn lost(&self, arrived: &AtomicU64) -> RequestError {
        let ends_ms = self.clock.now_ms() + TIME_MAX.as_millis() as i64;
        let (mut before, mut slow_seconds) = (0, 0);
        while self.clock.now_ms() < ends_ms {
            self.clock.sleep(Duration::from_secs(1)).await;
            let now = arrived.load(Ordering::Relaxed);
            let slow = now - before < TRANSFER_BYTES_PER_S_CROWDED && self.budget.bodies_are_crowded();
            slow_seconds = if slow { slow_seconds + 1 } else { 0 };
            if slow_seconds == BODY_SLOW_SECONDS_MAX {
                return RequestError::Busy;
            }
            before = now;
        }
        late()
    }
}

async fn read_frames(
    mut first: Bytes,
    body: &mut Body,
    max: usize,
    arrived: &AtomicU64,
    mut hash: Option<&mut Sha256>,
) -> Result<Bytes, RequestError> {
    let room = first.len() + expected_bytes(body, max).await?;
    let mut all = Vec::new();
    let mut data = std::mem::take(&mut first);
    loop {
        if let Some(hash) = hash.as_deref_mut() {
            hash.update(&data);
        }
        arrived.fetch_add(data.len() as u64, Ordering::Relaxed);
        if first.len().max(all.len()) + data.len() > max {
            discard(body).await;
            return Err(RequestError::TooLarge(max));
        }
        if first.is_empty() && all.is_empty() {
            first = data; // A body in one piece is used as it is.
        } else {
            if all.is_empty() {
                all.reserve_exact(room.max(first.len() + data.len()).min(max));
                // Given back at once: it is a part of the connection's read buffer.
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&data);
        }
        match next(body).await? {
            Some(more) => data = more,
            None => return Ok(if all.is_empty() { first } else { Bytes::from(all) }),
        }
    }
}
