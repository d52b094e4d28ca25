//! `/v3/users`: the users of the caller's account, or of any to the administrator.

use crate::iam::authenticated::{Authenticated, parse};
use crate::iam::domains::check_enabled;
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tidemill_iam::identity::{NewUser, UserInfo};

#[derive(Deserialize)]
struct Body {
    user: Fields,
}

#[derive(Deserialize)]
struct Fields {
    name: String,
    domain_id: Option<String>,
    password: Option<String>,
    enabled: Option<bool>,
}

fn document(found: &UserInfo, base: &str) -> Value {
    let user = &found.user;
    json!({
        "id": user.id,
        "name": user.name,
        "domain_id": found.domain_id,
        "enabled": true,
        "description": "",
        "password_expires_at": null,
        "is_domain_owner": user.owner,
        "links": { "self": format!("{base}/v3/users/{}", user.id) },
    })
}

/// `POST`: the first user of an account owns it.
pub(crate) async fn create(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let fields = parse::<Body>(&request.body)?.user;
    check_enabled(fields.enabled)?;
    let domain_id = fields.domain_id.unwrap_or_else(|| request.caller.domain.id.clone());
    let new = NewUser { domain_id, name: fields.name, password: fields.password };
    let made = state.iam.create_user(&request.caller, new).await?;
    let base = state.public.api_base(&request.headers);
    Ok(reply::json(StatusCode::CREATED, &json!({ "user": document(&made, &base) })))
}

/// `GET`: filtered by `domain_id` (the caller's own if absent) and `name`.
pub(crate) async fn list(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let domain_id = request.query.get("domain_id").unwrap_or_else(|| request.caller.domain.id.clone());
    let name = request.query.get("name");
    let fits = |user: &&UserInfo| name.as_ref().is_none_or(|name| *name == user.user.name);
    let all = state.iam.users(&request.caller, &domain_id);
    let base = state.public.api_base(&request.headers);
    let users: Vec<Value> = all.iter().filter(fits).map(|user| document(user, &base)).collect();
    let links = json!({ "self": format!("{base}/v3/users"), "next": null, "previous": null });
    Ok(reply::json(StatusCode::OK, &json!({ "users": users, "links": links })))
}

/// `GET /v3/users/{id}`.
pub(crate) async fn show(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let user = state.iam.user(&request.caller, &id)?;
    let base = state.public.api_base(&request.headers);
    Ok(reply::json(StatusCode::OK, &json!({ "user": document(&user, &base) })))
}

/// `DELETE /v3/users/{id}`.
pub(crate) async fn delete(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    state.iam.delete_user(&request.caller, &id).await?;
    Ok(reply::no_content())
}
