//! What every call of the stream API starts with: caller, room for the body, body, project, query.

use crate::dis::DisState;
use crate::dis::compression::Coding;
use crate::dis::error::DisError;
use crate::request::budget::Room;
use crate::request::query::Query;
use crate::request::{Arrived, PathValues, json};
use axum::extract::{FromRef, FromRequest, MatchedPath, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tidemill_iam::{Caller, Iam};
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
    path: PathValues,
    _room: Room,
}

impl DisRequest {
    /// The value of `{name}` in the route's path; empty if the route has none.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name)
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
        Ok(json::parse_object(&self.body)?)
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
        let about_streams = is_about_streams(&request);
        // Who sent it is checked first, so a coding that is none is refused after the body.
        let coding = Coding::of(request.method(), request.headers());
        let readable = coding.as_ref().copied().unwrap_or(Coding::Identity);
        let arrived = state
            .gate
            .let_in(request, readable.wire_bytes_max(), |wire| readable.unpacked_bytes_max(wire))
            .await?;
        let Arrived { caller, project, query, headers, body, path, room } = arrived;
        let (body, room) = coding?.unpack(body, room).await?;
        if about_streams {
            state.gate.guard.stream_request(&project)?;
        }
        Ok(Self { caller, project, query, headers, body, iam: state.gate.iam, path, _room: room })
    }
}

/// Whether the route is about streams or what hangs on them, not about records.
fn is_about_streams(request: &Request) -> bool {
    let resource = request.extensions().get::<MatchedPath>().and_then(|path| path.as_str().split('/').nth(3));
    matches!(resource, Some("streams" | "stream"))
}
