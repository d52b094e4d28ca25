//! Which versions there are: what clients ask first, without credentials.

use crate::iam::{IamState, reply};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

fn entry(base: &str) -> Value {
    json!({
        "id": "v3.6",
        "status": "stable",
        "updated": "2016-04-04T00:00:00Z",
        "links": [{ "rel": "self", "href": format!("{base}/v3/") }],
        "media-types": [
            { "base": "application/json", "type": "application/vnd.openstack.identity-v3+json" },
        ],
    })
}

/// `GET /`: status 300 and all versions.
pub async fn versions(State(state): State<IamState>, headers: HeaderMap) -> Response {
    let entry = entry(&state.public.api_base(&headers));
    reply::json(StatusCode::MULTIPLE_CHOICES, &json!({ "versions": { "values": [entry] } }))
}

/// `GET /v3`.
pub(crate) async fn version(State(state): State<IamState>, headers: HeaderMap) -> Response {
    let entry = entry(&state.public.api_base(&headers));
    reply::json(StatusCode::OK, &json!({ "version": entry }))
}
