//! Who sends an identity request, and its body.

use crate::iam::query::Query;
use crate::iam::{IamState, IdentityError};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, OriginalUri, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tidemill_iam::api_signature::{AuthError, PendingSignature, QueryReading, is_signed};
use tidemill_iam::{Caller, RequestHead};

/// Largest body.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest time a client may take to send it.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// A whole request, with its caller if it names one. Wrong credentials are refused.
#[derive(Debug)]
pub(crate) struct IdentityRequest {
    pub(crate) caller: Option<Arc<Caller>>,
    headers: HeaderMap,
    query: Query,
    pub(crate) body: Bytes,
}

/// A whole request whose credentials do not matter: who logs in again may still send an ended token.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    pub(crate) headers: HeaderMap,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
}

/// A whole request with its caller.
#[derive(Debug)]
pub(crate) struct Authenticated {
    pub(crate) caller: Arc<Caller>,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
}

enum Claim {
    Nobody,
    Token(Arc<Caller>),
    Signed(Box<PendingSignature>),
}

/// The body as JSON; status 400 if it is not what the call takes.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, IdentityError> {
    serde_json::from_slice(body)
        .map_err(|error| IdentityError::bad_request(format!("The body is not valid: {error}")))
}

impl FromRequest<IamState> for IdentityRequest {
    type Rejection = IdentityError;

    async fn from_request(request: Request, state: &IamState) -> Result<Self, IdentityError> {
        let (parts, body) = request.into_parts();
        let claim = claim(&parts, state)?;
        let body = read(body, state).await?;
        let (caller, reading) = match claim {
            Claim::Nobody => (None, QueryReading::default()),
            Claim::Token(caller) => (Some(caller), QueryReading::default()),
            Claim::Signed(pending) => {
                let hash = Sha256::digest(&body).into();
                let (caller, reading) = state.iam.finish(*pending, &hash, body.is_empty())?;
                (Some(caller), reading)
            }
        };
        let query = Query { raw: parts.uri.query().unwrap_or_default().to_owned(), reading };
        Ok(Self { caller, headers: parts.headers, query, body })
    }
}

impl FromRequest<IamState> for OpenRequest {
    type Rejection = IdentityError;

    async fn from_request(request: Request, state: &IamState) -> Result<Self, IdentityError> {
        let (parts, body) = request.into_parts();
        let body = read(body, state).await?;
        let raw = parts.uri.query().unwrap_or_default().to_owned();
        Ok(Self { headers: parts.headers, query: Query { raw, reading: QueryReading::default() }, body })
    }
}

impl FromRequest<IamState> for Authenticated {
    type Rejection = IdentityError;

    async fn from_request(request: Request, state: &IamState) -> Result<Self, IdentityError> {
        let request = IdentityRequest::from_request(request, state).await?;
        let IdentityRequest { caller, headers, query, body } = request;
        Ok(Self { caller: caller.ok_or(AuthError::Missing)?, headers, query, body })
    }
}

/// A signature wins over a token; both are checked before the body is read.
fn claim(parts: &Parts, state: &IamState) -> Result<Claim, IdentityError> {
    // Signed is what was on the wire, not what routing left of it.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let head = RequestHead::new(&parts.method, uri, &parts.headers);
    if is_signed(&head) {
        return Ok(Claim::Signed(Box::new(state.iam.begin(&head)?)));
    }
    match head.text("x-auth-token") {
        Some(token) => Ok(Claim::Token(state.iam.authenticate_token(token)?)),
        None => Ok(Claim::Nobody),
    }
}

async fn read(body: Body, state: &IamState) -> Result<Bytes, IdentityError> {
    let late = || IdentityError::bad_request("The body did not arrive within 30 s.");
    tokio::select! {
        biased;
        read = to_bytes(body, BODY_BYTES_MAX) => read.map_err(|_| IdentityError::BodyTooLarge),
        () = state.iam.clock().sleep(BODY_TIME_MAX) => Err(late()),
    }
}
