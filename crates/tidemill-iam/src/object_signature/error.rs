//! Refusals of the object endpoint, with the codes clients know.

/// Why a request to the object endpoint is refused. [`Self::code`] goes into the XML, [`Self::status`]
/// is the HTTP status, the text is the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectAuthError {
    /// No such access key, or it is not active.
    #[error("The access key you provided does not exist in our records.")]
    UnknownKey,
    /// The signature is not that of the request.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )]
    Signature,
    /// The date is more than 15 minutes away.
    #[error("The difference between the request time and the server's time is too large.")]
    Skew,
    /// A signed URL after its end.
    #[error("Request has expired.")]
    Expired,
    /// No usable date, headers that must be signed are not, and the like.
    #[error("{0}")]
    AccessDenied(&'static str),
    /// The authorization cannot be read.
    #[error("{0}")]
    Malformed(&'static str),
    /// A header the signature needs is missing or of no known form.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The security token is missing, expired, or belongs to another key.
    #[error("{0}")]
    Token(&'static str),
}

impl ObjectAuthError {
    /// The code in the error document.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey => "InvalidAccessKeyId",
            Self::Signature => "SignatureDoesNotMatch",
            Self::Skew => "RequestTimeTooSkewed",
            Self::Expired | Self::AccessDenied(_) => "AccessDenied",
            Self::Malformed(_) => "AuthorizationHeaderMalformed",
            Self::InvalidRequest(_) => "InvalidRequest",
            Self::Token(_) => "InvalidToken",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::InvalidRequest(_) => 400,
            _ => 403,
        }
    }
}
