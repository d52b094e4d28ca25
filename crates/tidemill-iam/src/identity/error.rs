//! Refusals of the identity interface.

use crate::api_signature::AuthError;
use tidemill_meta::MetaError;

/// Why an identity call failed. The text is the message for the client.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IamError {
    /// Status 401.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// Status 401: user, password, key or code are wrong; which one is not said.
    #[error("The username or password is wrong.")]
    WrongCredentials,
    /// Status 400, with a code of its own where clients look for one.
    #[error("{message}")]
    BadRequest {
        /// For example `akSkNumExceed`.
        code: Option<&'static str>,
        /// What is wrong and what is allowed.
        message: String,
    },
    /// Status 403.
    #[error("You are not authorized to perform the requested action: {0}")]
    Denied(String),
    /// Status 404.
    #[error("Could not find {kind}: {name}.")]
    NotFound {
        /// For example `project`.
        kind: &'static str,
        /// Its name or id, as asked for.
        name: String,
    },
    /// Status 409: the name is taken, or something still depends on the thing.
    #[error("{0}")]
    Conflict(String),
    /// Status 503: more live tokens than are kept.
    #[error("Too many live tokens; revoke unused ones or wait until they expire.")]
    TooManyTokens,
    /// Status 500; the text is for the log only.
    #[error("{0}")]
    Internal(String),
}

impl IamError {
    /// Status 400 with this message.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::BadRequest { code: None, message: message.into() }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Auth(_) | Self::WrongCredentials => 401,
            Self::BadRequest { .. } => 400,
            Self::Denied(_) => 403,
            Self::NotFound { .. } => 404,
            Self::Conflict(_) => 409,
            Self::TooManyTokens => 503,
            Self::Internal(_) => 500,
        }
    }
}

impl From<MetaError> for IamError {
    fn from(error: MetaError) -> Self {
        Self::Internal(error.to_string())
    }
}
