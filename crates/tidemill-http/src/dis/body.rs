//! Reading a body: bounded, timed, hashed as it comes, contiguous in the end.

use crate::dis::error::DisError;
use axum::body::Body;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tidemill_model::Clock;

/// Longest time a client may take to send a body.
const TIME_MAX: Duration = Duration::from_secs(30);

/// Bytes the body will take: what it says, at most `max`, or `max` if it does not say.
///
/// A stated length above `max` is refused before anything is read.
pub(super) fn expected_bytes(body: &Body, max: usize) -> Result<usize, DisError> {
    let hint = body.size_hint();
    if hint.lower() > max as u64 {
        return Err(DisError::body_too_large());
    }
    let upper = hint.upper().unwrap_or(max as u64).min(max as u64);
    Ok(usize::try_from(upper).unwrap_or(max))
}

/// Reads all of `body`, at most `max` bytes and 30 s. `hash` sees every byte as it arrives.
pub(super) async fn read(
    body: Body,
    max: usize,
    clock: &Clock,
    hash: Option<&mut Sha256>,
) -> Result<Bytes, DisError> {
    let room = expected_bytes(&body, max)?;
    tokio::select! {
        biased;
        read = read_frames(body, max, room, hash) => read,
        () = clock.sleep(TIME_MAX) => Err(DisError::unreadable("the body did not arrive within 30 s")),
    }
}

async fn read_frames(
    mut body: Body,
    max: usize,
    room: usize,
    mut hash: Option<&mut Sha256>,
) -> Result<Bytes, DisError> {
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| DisError::unreadable("the body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if let Some(hash) = hash.as_deref_mut() {
            hash.update(&data);
        }
        if first.len().max(all.len()) + data.len() > max {
            return Err(DisError::body_too_large());
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
