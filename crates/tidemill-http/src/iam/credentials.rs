//! `/v3.0/OS-CREDENTIAL/credentials`: permanent access keys of the caller and of users it manages.

use crate::iam::authenticated::{Authenticated, parse};
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tidemill_iam::identity::{KeyInfo, timestamp};

#[derive(Deserialize)]
struct Body {
    credential: Fields,
}

#[derive(Deserialize)]
struct Fields {
    user_id: Option<String>,
    description: Option<String>,
    status: Option<String>,
}

fn document(key: &KeyInfo) -> Value {
    json!({
        "access": key.id,
        "status": if key.active { "active" } else { "inactive" },
        "create_time": timestamp(key.created_ms),
        "user_id": key.user_id,
        "description": key.description,
    })
}

/// `POST`: the only answer with the secret.
pub(crate) async fn create(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let fields = parse::<Body>(&request.body)?.credential;
    let caller = &request.caller;
    let user = fields.user_id.as_deref().unwrap_or(&caller.user.id);
    let description = fields.description.as_deref().unwrap_or_default();
    let key = state.iam.create_key_for(caller, user, description).await?;
    let mut document = document(&key.info);
    document["secret"] = key.secret.expose().into();
    Ok(reply::json(StatusCode::CREATED, &json!({ "credential": document })))
}

/// `GET`: all of the caller's, or of a user it manages.
pub(crate) async fn list(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let user = request.query.get("user_id").unwrap_or_else(|| request.caller.user.id.clone());
    let keys: Vec<Value> = state.iam.keys_of(&request.caller, &user)?.iter().map(document).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "credentials": keys })))
}

/// `GET …/{access}`.
pub(crate) async fn show(
    State(state): State<IamState>,
    Path(access): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let key = state.iam.key(&request.caller, &access)?;
    Ok(reply::json(StatusCode::OK, &json!({ "credential": document(&key) })))
}

/// `PUT …/{access}`: status and description.
pub(crate) async fn update(
    State(state): State<IamState>,
    Path(access): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let fields = parse::<Body>(&request.body)?.credential;
    let active = match fields.status.as_deref() {
        None => None,
        Some("active") => Some(true),
        Some("inactive") => Some(false),
        Some(_) => return Err(IdentityError::bad_request("status must be active or inactive.")),
    };
    let key = state.iam.update_key(&request.caller, &access, active, fields.description.as_deref()).await?;
    Ok(reply::json(StatusCode::OK, &json!({ "credential": document(&key) })))
}

/// `DELETE …/{access}`.
pub(crate) async fn delete(
    State(state): State<IamState>,
    Path(access): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    state.iam.delete_key(&request.caller, &access).await?;
    Ok(reply::no_content())
}
