//! `/v3/auth/domains`: the caller's account. `/v3/domains`: all of them, to the administrator.

use crate::iam::authenticated::{Authenticated, parse};
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tidemill_iam::identity::Domain;

#[derive(Deserialize)]
struct Body {
    domain: Fields,
}

#[derive(Deserialize)]
struct Fields {
    name: String,
    enabled: Option<bool>,
}

fn document(domain: &Domain) -> Value {
    json!({ "id": domain.id, "name": domain.name, "enabled": true, "description": "", "links": {} })
}

/// Accounts, projects and users are in force as long as they are there.
pub(super) fn check_enabled(enabled: Option<bool>) -> Result<(), IdentityError> {
    match enabled {
        Some(false) => {
            Err(IdentityError::bad_request("enabled must be true; delete what shall not be used."))
        }
        _ => Ok(()),
    }
}

/// `GET /v3/auth/domains`, filtered by `name`.
pub(crate) async fn list_own(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let own = vec![request.caller.domain.clone()];
    Ok(answer(&state, &request, own, "/v3/auth/domains"))
}

/// `GET /v3/domains`, filtered by `name`.
pub(crate) async fn list(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let visible = state.iam.domains(&request.caller);
    Ok(answer(&state, &request, visible, "/v3/domains"))
}

fn answer(state: &IamState, request: &Authenticated, domains: Vec<Domain>, path: &str) -> Response {
    let name = request.query.get("name");
    let fits = |domain: &&Domain| name.as_ref().is_none_or(|name| *name == domain.name);
    let domains: Vec<Value> = domains.iter().filter(fits).map(document).collect();
    let base = state.public.api_base(&request.headers);
    let links = json!({ "self": format!("{base}{path}"), "next": null, "previous": null });
    reply::json(StatusCode::OK, &json!({ "domains": domains, "links": links }))
}

/// `GET /v3/domains/{id}`.
pub(crate) async fn show(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let domain = state.iam.domain(&request.caller, &id)?;
    Ok(reply::json(StatusCode::OK, &json!({ "domain": document(&domain) })))
}

/// `POST /v3/domains`.
pub(crate) async fn create(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let fields = parse::<Body>(&request.body)?.domain;
    check_enabled(fields.enabled)?;
    let domain = state.iam.create_domain(&request.caller, &fields.name).await?;
    Ok(reply::json(StatusCode::CREATED, &json!({ "domain": document(&domain) })))
}

/// `DELETE /v3/domains/{id}`.
pub(crate) async fn delete(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    state.iam.delete_domain(&request.caller, &id).await?;
    Ok(reply::no_content())
}
