//! Answers: JSON or protobuf, or empty with `Content-Length: 0`.

use crate::request::budget::Room;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use http_body::{Frame, SizeHint};
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

/// A large answer is handed on in pieces, so that its room is held while it is being sent.
const PIECE_BYTES: usize = 1024 * 1024;
/// Answers below this size are not worth packing.
const GZIP_BYTES_MIN: u64 = 8 * 1024;
/// The type of a JSON body.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The type of a protobuf body.
pub(super) const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf; charset=utf-8");

/// A JSON body.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Our own types always serialise; an empty object would still be JSON.
    raw_json(status, serde_json::to_vec(body).unwrap_or_else(|_| b"{}".to_vec()))
}

/// A JSON body that is already written.
pub fn raw_json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// A written protobuf body.
pub(super) fn protobuf(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, PROTOBUF);
    response
}

/// A written body that holds its room until the client has it.
pub(super) fn held(kind: HeaderValue, body: Vec<u8>, mut room: Room) -> Response {
    room.shrink(body.len());
    let mut response = Response::new(Body::new(Held { body: Bytes::from(body), room: Some(room) }));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A body and the room it takes.
struct Held {
    body: Bytes,
    room: Option<Room>,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let most = self.body.len().min(PIECE_BYTES);
        if most == 0 {
            self.room = None;
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(self.body.split_to(most)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.len() as u64)
    }
}

/// Packs large answers with gzip where the client offers it. Never with another coding: the clients that name
/// one when they send cannot unpack it. Smaller answers, and so empty ones, stay as they are.
pub(super) fn gzip() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new()
        .no_br()
        .no_deflate()
        .no_zstd()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(GZIP_BYTES_MIN))
}

/// No body. Clients fail on an empty chunked one, so the length is stated unless the status forbids it.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if status != StatusCode::NO_CONTENT {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    response
}
