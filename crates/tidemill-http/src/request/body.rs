//! Reading a body: bounded, timed, hashed as it comes, contiguous in the end.

use crate::request::RequestError;
use axum::body::Body;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tidemill_model::Clock;

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

/// Reads all of `body`, at most `max` bytes and 30 s. `hash` sees every byte as it arrives.
pub(crate) async fn read(
    mut body: Body,
    max: usize,
    clock: &Clock,
    hash: Option<&mut Sha256>,
) -> Result<Bytes, RequestError> {
    let room = expected_bytes(&mut body, max).await?;
    tokio::select! {
        biased;
        read = read_frames(&mut body, max, room, hash) => read,
        () = clock.sleep(TIME_MAX) => Err(RequestError::Unreadable("the body did not arrive within 30 s".into())),
    }
}

async fn read_frames(
    body: &mut Body,
    max: usize,
    room: usize,
    mut hash: Option<&mut Sha256>,
) -> Result<Bytes, RequestError> {
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| RequestError::Unreadable("the body ended early".into()))?;
        let Ok(data) = frame.into_data() else { continue };
        if let Some(hash) = hash.as_deref_mut() {
            hash.update(&data);
        }
        if first.len().max(all.len()) + data.len() > max {
            discard(body).await;
            return Err(RequestError::TooLarge(max));
        }
        if first.is_empty() && all.is_empty() {
            first = data; // A body in one piece is used as it is.
            continue;
        }
        if all.is_empty() {
            all.reserve_exact(room.max(first.len() + data.len()));
            // Given back at once: it is a part of the connection's read buffer.
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { Bytes::from(all) })
}
