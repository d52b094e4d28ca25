//! Why a request is not who it says it is.

/// A refused request of the REST interfaces. Every case is status 401; the text goes to the client and
/// starts as the clients know it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Neither a signature nor a token.
    #[error("Incorrect IAM authentication information: no Authorization and no X-Auth-Token header")]
    Missing,
    /// A signature algorithm that is not offered.
    #[error(
        "Incorrect IAM authentication information: algorithm {0} is not supported; use SDK-HMAC-SHA256 or V11-HMAC-SHA256"
    )]
    Algorithm(String),
    /// The Authorization header, or the request around it, cannot be read.
    #[error("Incorrect IAM authentication information: {0}")]
    Malformed(&'static str),
    /// `X-Sdk-Date` is too far from the server's clock.
    #[error(
        "Incorrect IAM authentication information: X-Sdk-Date is more than 15 minutes from the server's time {server}"
    )]
    Skew {
        /// The server's time as `yyyymmddThhmmssZ`.
        server: String,
    },
    /// No such access key, or it is not active.
    #[error("Incorrect IAM authentication information: access key is unknown or inactive")]
    UnknownKey,
    /// The security token does not belong to the access key, is missing, or has expired.
    #[error("Incorrect IAM authentication information: {0}")]
    SecurityToken(&'static str),
    /// `X-Sdk-Content-Sha256` names another hash than the body has.
    #[error("Incorrect IAM authentication information: X-Sdk-Content-Sha256 is not the hash of the body")]
    BodyHash,
    /// No canonical form of the request has this signature.
    #[error("Incorrect IAM authentication information: verify aksk signature fail")]
    Signature,
    /// Unknown, revoked or expired token.
    #[error("Incorrect IAM authentication information: the token is unknown, revoked or expired")]
    Token,
}

impl AuthError {
    /// The text without its fixed start.
    pub fn detail(&self) -> String {
        let text = self.to_string();
        text.strip_prefix("Incorrect IAM authentication information: ").unwrap_or(&text).to_owned()
    }
}
