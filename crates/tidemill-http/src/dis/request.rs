//! What every call of the stream API starts with: caller, room for the body, body, project, query.

use crate::dis::DisState;
use crate::dis::budget::Room;
use crate::dis::caller::{self, Caller, Claim};
use crate::dis::error::DisError;
use crate::dis::query::Query;
use crate::dis::{body, json};
use axum::extract::{FromRef, FromRequest, FromRequestParts, OriginalUri, RawPathParams, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tidemill_api::ErrorCode;
use tidemill_iam::RequestHead;
use tidemill_model::ProjectId;
use tidemill_model::limits::REQUEST_BYTES_MAX;

/// An authenticated request in its project, with its whole body.
#[derive(Debug)]
pub struct DisRequest {
    /// Who sent it.
    pub caller: Caller,
    /// The project of the path, which the caller may use.
    pub project: ProjectId,
    /// The query.
    pub query: Query,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as received, at most 5 MiB.
    pub body: Bytes,
    path: Vec<(String, String)>,
    _room: Room,
}

impl DisRequest {
    /// The value of `{name}` in the route's path; empty if the route has none.
    pub fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Reads the body: DIS.4202 if it is empty, DIS.4300 if it is not JSON, DIS.4200 for a wrong type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DisError> {
        json::parse(&self.body)
    }
}

impl<S> FromRequest<S> for DisRequest
where
    S: Send + Sync,
    DisState: FromRef<S>,
{
    type Rejection = DisError;

    async fn from_request(request: Request, state: &S) -> Result<Self, DisError> {
        let state = DisState::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let path = path_values(&mut parts).await?;
        let claim = begin(&parts, &state)?;
        let room = state.budget.take(body::expected_bytes(&body, REQUEST_BYTES_MAX)? as u64).await?;
        let mut hash = matches!(claim, Claim::Signed(_)).then(Sha256::new);
        let body = body::read(body, REQUEST_BYTES_MAX, &state.clock, hash.as_mut()).await?;
        let digest = hash.map(|hash| hash.finalize().into()).unwrap_or_default();
        let (caller, reading) = claim.finish(&digest, body.is_empty(), &*state.identities)?;
        let project = project(&path, &caller, &state)?;
        let query = Query::read(parts.uri.query().unwrap_or_default(), reading);
        Ok(Self { caller, project, query, headers: parts.headers, body, path, _room: room })
    }
}

async fn path_values(parts: &mut Parts) -> Result<Vec<(String, String)>, DisError> {
    let values = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| DisError::invalid("the path is not UTF-8"))?;
    Ok(values.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn begin(parts: &Parts, state: &DisState) -> Result<Claim, DisError> {
    // Signed is what was on the wire, not what routing left of it.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let head = RequestHead::new(&parts.method, uri, &parts.headers);
    Ok(caller::begin(&head, &state.signatures, &*state.identities, state.clock.now_ms())?)
}

/// The path's project; DIS.4117 unless the caller may use it.
fn project(path: &[(String, String)], caller: &Caller, state: &DisState) -> Result<ProjectId, DisError> {
    let text = path.iter().find(|(name, _)| name == "project_id").map_or("", |(_, value)| value);
    let refused = || DisError::new(ErrorCode::InvalidProject, &[text]);
    let project = ProjectId::parse(text).ok_or_else(refused)?;
    if state.identities.may_use(caller, &project) { Ok(project) } else { Err(refused()) }
}
