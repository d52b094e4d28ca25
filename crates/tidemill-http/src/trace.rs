//! What every request gets, whatever its route: an id, a log line, two metrics.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use std::time::Instant;
use tidemill_model::random_hex32;
use tracing::Instrument;

/// The header every answer carries.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request being served, as a request extension.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives the request its id, logs it at debug level, and counts it.
pub(crate) async fn trace(mut request: Request, next: Next) -> Response {
    let id = random_hex32();
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", |m| m.as_str()).to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id = %id, %method, %route);
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    record(&span, &method, route, response.status(), started);
    response
}

fn record(
    span: &tracing::Span,
    method: &http::Method,
    route: String,
    status: http::StatusCode,
    started: Instant,
) {
    let took = started.elapsed();
    let labels = [("method", method.to_string()), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("tidemill_http_requests_total", &labels).increment(1);
    metrics::histogram!("tidemill_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    let took_ms = took.as_millis() as u64;
    if status.is_server_error() {
        tracing::warn!(parent: span, status = status.as_u16(), took_ms, "request failed");
    } else {
        tracing::debug!(parent: span, status = status.as_u16(), took_ms, "request");
    }
}
