//! `/v3.0/OS-CREDENTIAL/securitytokens`: temporary access keys.

use crate::iam::authenticated::{IdentityRequest, parse};
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tidemill_iam::api_signature::AuthError;
use tidemill_iam::identity::{TemporaryKeyRequest, timestamp};

#[derive(Deserialize)]
struct Body {
    auth: TemporaryKeyRequest,
}

/// `POST`: the caller is that of the request, else that of the token in the body.
pub(crate) async fn create(
    State(state): State<IamState>,
    request: IdentityRequest,
) -> Result<Response, IdentityError> {
    let body: Body = parse(&request.body)?;
    let caller = match (request.caller, body.auth.token()) {
        (Some(caller), _) => caller,
        (None, Some(token)) => state.iam.authenticate_token(token)?,
        (None, None) => return Err(AuthError::Missing.into()),
    };
    let key = state.iam.create_temporary_key(&caller, &body.auth).await?;
    let credential = json!({
        "access": key.access_key,
        "secret": key.secret.expose(),
        "securitytoken": key.security_token.expose(),
        "expires_at": timestamp(key.expires_ms),
    });
    Ok(reply::json(StatusCode::CREATED, &json!({ "credential": credential })))
}
