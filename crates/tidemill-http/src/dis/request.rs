//! What every call of the stream API starts with: caller, room for the body, body, project, query.

use crate::dis::DisState;
use crate::dis::budget::Room;
use crate::dis::caller::Claim;
use crate::dis::compression::Coding;
use crate::dis::error::DisError;
use crate::dis::query::Query;
use crate::dis::{body, json};
use axum::extract::{
    ConnectInfo, FromRef, FromRequest, FromRequestParts, MatchedPath, OriginalUri, RawPathParams, Request,
};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tidemill_api::ErrorCode;
use tidemill_iam::{Caller, Iam, RequestHead};
use tidemill_model::ProjectId;
use tidemill_stream::Asker;

/// An authenticated request in its project, with its whole body.
#[derive(Debug)]
pub struct DisRequest {
    /// Who sent it.
    pub caller: Arc<Caller>,
    /// The project of the path, which the caller may use.
    pub project: ProjectId,
    /// The query.
    pub query: Query,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unpacked, at most 5 MiB.
    pub body: Bytes,
    iam: Arc<Iam>,
    path: Vec<(String, String)>,
    _room: Room,
}

impl DisRequest {
    /// The value of `{name}` in the route's path; empty if the route has none.
    pub fn path(&self, name: &str) -> &str {
        value(&self.path, name)
    }

    /// On whose behalf streams of other projects are looked for.
    pub(super) fn asker(&self) -> Asker<'_> {
        let (domain_id, user_id) = (self.caller.domain.id.as_str(), self.caller.user.id.as_str());
        Asker { project: &self.project, domain_id, user_id }
    }

    /// Refuses with DIS.4116 unless the caller may do `action`, for example `dis:records:write`.
    pub fn allow(&self, action: &str) -> Result<(), DisError> {
        Ok(self.iam.authorize(&self.caller, action)?)
    }

    /// Whether the body is, and the answer is to be, protobuf.
    pub(super) fn is_protobuf(&self) -> bool {
        let name = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let name = name.split(';').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("application/x-protobuf")
    }

    /// Reads the body: DIS.4202 if it is empty, DIS.4300 if it is not JSON, DIS.4200 for a wrong type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DisError> {
        if self.is_protobuf() {
            return Err(DisError::unreadable("protobuf is for /records only, use application/json"));
        }
        json::parse_object(&self.body)
    }
}

fn value<'p>(path: &'p [(String, String)], name: &str) -> &'p str {
    path.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

impl<S> FromRequest<S> for DisRequest
where
    S: Send + Sync,
    DisState: FromRef<S>,
{
    type Rejection = DisError;

    async fn from_request(request: Request, state: &S) -> Result<Self, DisError> {
        let state = DisState::from_ref(state);
        let (guard, peer, about_streams) = (state.guard.clone(), peer(&request), is_about_streams(&request));
        guard.admit(peer)?;
        let read = Self::read(request, state).await;
        if read.as_ref().is_err_and(|error| error.code == ErrorCode::NotAuthenticated) {
            guard.failed(peer);
        }
        let read = read?;
        if about_streams {
            guard.stream_request(&read.project)?;
        }
        Ok(read)
    }
}

impl DisRequest {
    async fn read(request: Request, state: DisState) -> Result<Self, DisError> {
        let DisState { iam, clock, budget, .. } = state;
        let (mut parts, mut body) = request.into_parts();
        let path = path_values(&mut parts).await?;
        let claim = Claim::begin(&iam, &head(&parts))?;
        // Who sent it is checked first, so a coding that is none is refused after the body.
        let coding = Coding::of(&parts);
        let readable = coding.as_ref().copied().unwrap_or(Coding::Identity);
        let wire = body::expected_bytes(&mut body, readable.wire_bytes_max()).await?;
        // Taken at once: a request that held its packed body while it waits for more could block all others.
        let room = budget.body(wire + readable.unpacked_bytes_max(wire)).await?;
        let mut hash = matches!(claim, Claim::Signed(_)).then(Sha256::new);
        let body = body::read(body, readable.wire_bytes_max(), &clock, hash.as_mut()).await?;
        let digest = hash.map(|hash| hash.finalize().into()).unwrap_or_default();
        let (caller, reading) = claim.finish(&iam, &digest, body.is_empty())?;
        let project = iam
            .choose_project(&caller, Some(value(&path, "project_id")), &head(&parts))
            .map_err(|refused| DisError::new(ErrorCode::InvalidProject, &[&refused.0]))?;
        let query = Query::read(parts.uri.query().unwrap_or_default(), reading);
        let (body, room) = coding?.unpack(body, room).await?;
        Ok(Self { caller, project, query, headers: parts.headers, body, iam, path, _room: room })
    }
}

/// The address at the other end of the connection.
fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

/// Whether the route is about streams or what hangs on them, not about records.
fn is_about_streams(request: &Request) -> bool {
    let resource = request.extensions().get::<MatchedPath>().and_then(|path| path.as_str().split('/').nth(3));
    matches!(resource, Some("streams" | "stream"))
}

async fn path_values(parts: &mut Parts) -> Result<Vec<(String, String)>, DisError> {
    let values = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| DisError::invalid("the path is not UTF-8"))?;
    Ok(values.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Signed is what was on the wire, not what routing left of it.
fn head(parts: &Parts) -> RequestHead<'_> {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    RequestHead::new(&parts.method, uri, &parts.headers)
}
