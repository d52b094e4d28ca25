//! `/v3/auth/tokens`.

use crate::iam::authenticated::{Authenticated, OpenRequest, parse};
use crate::iam::token_document::document;
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::sync::Arc;
use tidemill_iam::identity::{TokenInfo, TokenRequestBody};
use tidemill_iam::{Caller, IamError};

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

/// `POST`: a new token in `X-Subject-Token`.
pub(crate) async fn issue(
    State(state): State<IamState>,
    request: OpenRequest,
) -> Result<Response, IdentityError> {
    let body: TokenRequestBody = parse(&request.body)?;
    let token = state.iam.issue_token(&body.auth).await?;
    let with_catalog = !request.query.has("nocatalog");
    let document = document(&token.info, &state.public, &request.headers, with_catalog);
    with_subject(reply::json(StatusCode::CREATED, &document), &token.text)
}

/// `GET` and `HEAD`: what a token is good for.
pub(crate) async fn show(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let text = subject(&request.headers)?;
    let token = visible(&state, &request.caller, text)?;
    let with_catalog = !request.query.has("nocatalog");
    let document = document(&token, &state.public, &request.headers, with_catalog);
    with_subject(reply::json(StatusCode::OK, &document), text)
}

/// `DELETE`: ends a token.
pub(crate) async fn revoke(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let text = subject(&request.headers)?;
    visible(&state, &request.caller, text)?;
    state.iam.revoke_token(text).await?;
    Ok(reply::no_content())
}

fn subject(headers: &HeaderMap) -> Result<&str, IdentityError> {
    let missing = || IdentityError::bad_request("The header X-Subject-Token is missing.");
    headers.get(SUBJECT).and_then(|value| value.to_str().ok()).ok_or_else(missing)
}

/// A live token of the caller, or of its account if the caller owns that.
fn visible(state: &IamState, caller: &Caller, text: &str) -> Result<Arc<TokenInfo>, IdentityError> {
    let unknown = || IamError::NotFound { kind: "token", name: "it is unknown, revoked or expired".into() };
    let token = state.iam.token_info(text).map_err(|_| unknown())?;
    let own = token.caller.user.id == caller.user.id;
    let of_account = caller.user.owner && token.caller.domain.id == caller.domain.id;
    if own || of_account { Ok(token) } else { Err(unknown().into()) }
}

fn with_subject(mut response: Response, token: &str) -> Result<Response, IdentityError> {
    let value =
        HeaderValue::from_str(token).map_err(|_| IdentityError::bad_request("The token is not text."))?;
    response.headers_mut().insert(SUBJECT, value);
    Ok(response)
}
