//! What every API call starts with, whatever its API: who sends it, room for its body, the body, its project.

pub(crate) mod body;
pub mod budget;
pub(crate) mod caller;
mod error;
pub mod guard;
pub mod json;
pub mod query;

pub use budget::Budget;
pub use error::RequestError;
pub use guard::{Guard, Rates};

use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri, RawPathParams, Request};
use budget::Room;
use bytes::Bytes;
use caller::Claim;
use http::HeaderMap;
use http::request::Parts;
use query::Query;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tidemill_iam::{Caller, Iam, RequestHead};
use tidemill_model::{Clock, ProjectId};

/// What requests are checked with and what bounds them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Identities, tokens, signatures and rights.
    pub iam: Arc<Iam>,
    /// Time.
    pub clock: Clock,
    /// Room for bodies.
    pub budget: Budget,
    /// Rates of projects and addresses.
    pub guard: Guard,
}

/// An authenticated request in its project, with its whole body as it was on the wire.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) caller: Arc<Caller>,
    pub(crate) project: ProjectId,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) path: PathValues,
    /// What the body takes, and what was asked for beside it.
    pub(crate) room: Room,
}

impl Gate {
    /// Lets a request in: its address, its caller, its body of at most `body_bytes_max` bytes, its project.
    ///
    /// `beside` says how much room is taken beside a body of so many bytes.
    pub(crate) async fn let_in(
        &self,
        request: Request,
        body_bytes_max: usize,
        beside: impl Fn(usize) -> usize + Send,
    ) -> Result<Arrived, RequestError> {
        let peer = peer(&request);
        self.guard.admit(peer)?;
        let arrived = self.read(request, body_bytes_max, beside).await;
        if matches!(arrived, Err(RequestError::Auth(_))) {
            self.guard.failed(peer);
        }
        arrived
    }

    async fn read(
        &self,
        request: Request,
        body_bytes_max: usize,
        beside: impl Fn(usize) -> usize + Send,
    ) -> Result<Arrived, RequestError> {
        let (mut parts, mut body) = request.into_parts();
        let path = PathValues::of(&mut parts).await?;
        let claim = Claim::begin(&self.iam, &head(&parts))?;
        let wire = body::expected_bytes(&mut body, body_bytes_max).await?;
        // Who announces a body and sends nothing of it takes no room.
        let first = body::begin(&mut body, &self.clock).await?;
        // Taken at once: a request that held its packed body while it waits for more could block all others.
        let room = self.budget.body(wire + beside(wire)).await?;
        let mut hash = matches!(claim, Claim::Signed(_)).then(Sha256::new);
        let pace = body::Pace { clock: &self.clock, budget: &self.budget };
        let body = body::read(first, body, body_bytes_max, pace, hash.as_mut()).await?;
        let digest = hash.map(|hash| hash.finalize().into()).unwrap_or_default();
        let (caller, reading) = claim.finish(&self.iam, &digest, body.is_empty())?;
        let project = self
            .iam
            .choose_project(&caller, Some(path.get("project_id")), &head(&parts))
            .map_err(|refused| RequestError::Project(refused.0))?;
        let query = Query::read(parts.uri.query().unwrap_or_default(), reading);
        Ok(Arrived { caller, project, query, headers: parts.headers, body, path, room })
    }
}

/// The values in a route's path.
#[derive(Clone, Debug)]
pub(crate) struct PathValues(Vec<(String, String)>);

impl PathValues {
    async fn of(parts: &mut Parts) -> Result<Self, RequestError> {
        let values = RawPathParams::from_request_parts(parts, &())
            .await
            .map_err(|_| RequestError::Invalid("the path is not UTF-8".into()))?;
        Ok(Self(values.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    /// The value of `{name}`; empty if the route has none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}

/// The address at the other end of the connection.
fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

/// Signed is what was on the wire, not what routing left of it.
fn head(parts: &Parts) -> RequestHead<'_> {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    RequestHead::new(&parts.method, uri, &parts.headers)
}
