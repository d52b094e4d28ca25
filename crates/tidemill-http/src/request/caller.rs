//! Who a request comes from: the headers decide before the body is read, its hash completes a signature.

use std::sync::Arc;
use tidemill_iam::api_signature::{AuthError, PendingSignature, QueryReading, is_signed};
use tidemill_iam::{Caller, Iam, RequestHead};

/// What the headers say; a signature waits for the body's hash.
pub(crate) enum Claim {
    Token(Arc<Caller>),
    Signed(Box<PendingSignature>),
}

impl Claim {
    /// Checks all that needs no body. A signature wins over a token.
    pub(crate) fn begin(iam: &Iam, head: &RequestHead<'_>) -> Result<Self, AuthError> {
        if is_signed(head) {
            return Ok(Self::Signed(Box::new(iam.begin(head)?)));
        }
        let token = head.text("x-auth-token").ok_or(AuthError::Missing)?;
        iam.authenticate_token(token).map(Self::Token)
    }

    /// Completes the check; also says how to read a `+` in the query.
    pub(crate) fn finish(
        self,
        iam: &Iam,
        body_sha256: &[u8; 32],
        body_is_empty: bool,
    ) -> Result<(Arc<Caller>, QueryReading), AuthError> {
        match self {
            Self::Token(caller) => Ok((caller, QueryReading::default())),
            Self::Signed(pending) => iam.finish(*pending, body_sha256, body_is_empty),
        }
    }
}
