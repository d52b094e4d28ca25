//! Routes for operators: alive, ready, metrics, the API document, and a page for browsers.

use crate::Services;
use crate::dis::wrong_method;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use tidemill_log::Health;

/// The merged document of all APIs served here.
const OPENAPI: &str = include_str!("../openapi/tidemill.json");
const PAGE: &str = include_str!("page.html");

pub(crate) fn router(services: Services) -> axum::Router {
    axum::Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(show_metrics))
        .route("/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], OPENAPI) }))
        .method_not_allowed_fallback(wrong_method)
        .with_state(services)
}

/// The page a browser gets at `/`.
pub(crate) fn page() -> Html<&'static str> {
    Html(PAGE)
}

/// 200 if records can be taken and metadata answers, else 503 with the reason.
async fn ready(State(services): State<Services>) -> Response {
    let log = match services.streams.log().health() {
        Health::Ready => "ready".to_owned(),
        Health::DiskFull => "the disk is nearly full: records are refused".to_owned(),
        Health::Stopped(reason) => format!("stopped: {reason}"),
    };
    let meta = services.meta.check().await.map_or_else(|error| error.to_string(), |()| "ready".to_owned());
    let status =
        if log == "ready" && meta == "ready" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "log": log, "metadata": meta }))).into_response()
}

/// Prometheus text. Open to loopback; from elsewhere, also through a proxy on this machine, it needs a token.
async fn show_metrics(
    State(services): State<Services>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let proxied = headers.contains_key("forwarded") || headers.contains_key("x-forwarded-for");
    let near = !proxied && peer.is_some_and(|axum::Extension(ConnectInfo(addr))| addr.ip().is_loopback());
    let token = headers.get("x-auth-token").and_then(|value| value.to_str().ok());
    let known = token.is_some_and(|token| services.iam.authenticate_token(token).is_ok());
    if !(near || known) {
        return (StatusCode::UNAUTHORIZED, "metrics from another machine need X-Auth-Token\n")
            .into_response();
    }
    services.metrics.run_upkeep();
    let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (text, services.metrics.render()).into_response()
}
