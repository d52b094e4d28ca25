//! Answers: JSON with a newline behind it, or nothing.

use crate::dis::reply::{empty, raw_json};
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

/// A JSON body.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Our own types always serialise; an empty object would still be JSON.
    let mut bytes = serde_json::to_vec(body).unwrap_or_else(|_| b"{}".to_vec());
    bytes.push(b'\n');
    raw_json(status, bytes)
}

/// 200 with a JSON body.
pub fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// 200 with `{}`.
pub fn done() -> Response {
    ok(&serde_json::Map::new())
}

/// 204 without a body.
pub fn no_content() -> Response {
    empty(StatusCode::NO_CONTENT)
}
