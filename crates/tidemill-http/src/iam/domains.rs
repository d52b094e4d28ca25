//! `/v3/auth/domains`: the caller's account.

use crate::iam::authenticated::Authenticated;
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

/// `GET`, filtered by `name`.
pub(crate) async fn list(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let domain = &request.caller.domain;
    let asked = request.query.get("name").is_none_or(|name| name == domain.name);
    let document = json!({
        "id": domain.id, "name": domain.name, "enabled": true, "description": "", "links": {},
    });
    let domains: Vec<Value> = asked.then_some(document).into_iter().collect();
    let base = state.public.api_base(&request.headers);
    let links = json!({ "self": format!("{base}/v3/auth/domains"), "next": null, "previous": null });
    Ok(reply::json(StatusCode::OK, &json!({ "domains": domains, "links": links })))
}
