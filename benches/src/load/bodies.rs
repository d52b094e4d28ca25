//! Request bodies, made before the clock starts.

use anyhow::Result;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Payload of every record. Random, so that nothing compresses.
pub(crate) const RECORD_BYTES: usize = 1024;
/// Records in one pool of bodies: larger than a processor's caches.
const POOL_RECORDS: usize = 6400;

/// One put request.
pub(crate) struct Body {
    /// The JSON text.
    pub(crate) json: Vec<u8>,
    /// Lower-case hexadecimal SHA-256 of it, for signatures.
    pub(crate) sha256: String,
}

/// Different bodies of `batch` records each for `stream`, with random partition keys.
pub(crate) fn pool(stream: &str, batch: usize) -> Result<Vec<Body>> {
    (0..(POOL_RECORDS / batch).clamp(4, 64)).map(|_| random_body(stream, batch)).collect()
}

fn random_body(stream: &str, batch: usize) -> Result<Body> {
    let mut payload = [0u8; RECORD_BYTES];
    let mut json = format!("{{\"stream_name\":\"{stream}\",\"records\":[");
    for i in 0..batch {
        getrandom::fill(&mut payload)?;
        if i > 0 {
            json.push(',');
        }
        push_record(&mut json, &payload, u32::from_le_bytes([payload[0], payload[1], payload[2], 0]))?;
    }
    json.push_str("]}");
    let sha256 = hex::encode(Sha256::digest(json.as_bytes()));
    Ok(Body { json: json.into_bytes(), sha256 })
}

/// A body of one record that starts with `stamp`.
pub(crate) fn stamped(stream: &str, stamp: u64) -> Result<Vec<u8>> {
    let mut payload = [7u8; RECORD_BYTES];
    payload[..8].copy_from_slice(&stamp.to_le_bytes());
    let mut json = format!("{{\"stream_name\":\"{stream}\",\"records\":[");
    push_record(&mut json, &payload, 0)?;
    json.push_str("]}");
    Ok(json.into_bytes())
}

fn push_record(json: &mut String, payload: &[u8], key: u32) -> Result<()> {
    let data = base64_simd::STANDARD.encode_to_string(payload);
    Ok(write!(json, "{{\"data\":\"{data}\",\"partition_key\":\"k{key}\"}}")?)
}
