//! Who a request comes from: the headers decide before the body is read, its hash completes a signature.

use crate::dis::error::DisError;
use std::sync::Arc;
use tidemill_iam::api_signature::{ApiAuth, AuthError, PendingSignature, QueryReading, is_signed};
use tidemill_iam::{AccessKey, RequestHead};
use tidemill_model::ProjectId;

/// Someone whose token or signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Id of the user.
    pub user: String,
    /// The project the credentials are for.
    pub project: Option<ProjectId>,
}

/// Where tokens, keys and rights are looked up.
pub trait Identities: Send + Sync {
    /// The caller a valid token belongs to.
    fn token(&self, token: &str) -> Option<Caller>;
    /// The access key with this id.
    fn key(&self, id: &str) -> Option<Arc<AccessKey>>;
    /// The caller a key signs for.
    fn owner(&self, key: &AccessKey) -> Option<Caller>;
    /// Whether the caller may use the project.
    fn may_use(&self, caller: &Caller, project: &ProjectId) -> bool;
    /// Whether the caller may do `action`, for example `dis:records:write`, in the project.
    fn may(&self, caller: &Caller, project: &ProjectId, action: &str) -> bool;
}

/// What the headers say; a signature waits for the body's hash.
pub(crate) enum Claim {
    Token(Caller),
    Signed(Box<PendingSignature>),
}

/// Checks all that needs no body. A signature wins over a token.
pub(crate) fn begin(
    head: &RequestHead<'_>,
    auth: &ApiAuth,
    identities: &dyn Identities,
    now_ms: i64,
) -> Result<Claim, AuthError> {
    if head.text("authorization").is_some_and(is_signed) {
        let pending = auth.begin(head, now_ms, |id| identities.key(id))?;
        return Ok(Claim::Signed(Box::new(pending)));
    }
    let token = head.text("x-auth-token").ok_or(AuthError::Missing)?;
    identities.token(token).map(Claim::Token).ok_or(AuthError::Token)
}

impl Claim {
    /// Completes the check; also says how to read a `+` in the query.
    pub(crate) fn finish(
        self,
        body_sha256: &[u8; 32],
        body_is_empty: bool,
        identities: &dyn Identities,
    ) -> Result<(Caller, QueryReading), DisError> {
        match self {
            Self::Token(caller) => Ok((caller, QueryReading::default())),
            Self::Signed(pending) => {
                let verified = pending.finish(body_sha256, body_is_empty)?;
                let caller = identities.owner(&verified.key).ok_or(AuthError::UnknownKey)?;
                Ok((caller, verified.query_reading))
            }
        }
    }
}
