//! Why a request is refused before any API looks at what it asks for. Each API has its own codes for it.

use tidemill_iam::api_signature::AuthError;

/// A request that cannot be served, whatever it asks for. The texts go to clients.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Missing or wrong credentials.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// A project that does not exist or that the caller may not use; the text names it.
    #[error("{0}")]
    Project(String),
    /// The body is larger than this many bytes.
    #[error("body over {0} bytes")]
    TooLarge(usize),
    /// The body could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// There is no body where one is needed.
    #[error("the body is empty")]
    Empty,
    /// The body is no JSON, or nested too deep.
    #[error("{0}")]
    Malformed(String),
    /// A value of the wrong type or out of its range.
    #[error("{0}")]
    Invalid(String),
    /// No room for the body within the time a request waits.
    #[error("too many requests at once, try again later")]
    Busy,
    /// The project sends too many requests.
    #[error("too many requests")]
    TooManyRequests,
    /// The address failed to authenticate too often.
    #[error("too many failed requests from this address")]
    AddressBlocked,
    /// The server failed; the text is for the log only.
    #[error("{0}")]
    Internal(String),
}
