//! Access keys as signature checks see them.

use std::fmt;

/// The secret half of an access key. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for signing and for the one reply that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// What a temporary access key is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryKey {
    /// SHA-256 of the security token issued with the key.
    pub token_sha256: [u8; 32],
    /// The key and its token end at this moment, in milliseconds since the epoch.
    pub expires_ms: i64,
}

/// An access key with all that a signature check needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The public half.
    pub id: String,
    /// The secret half.
    pub secret: SecretKey,
    /// The user it belongs to.
    pub user_id: String,
    /// A key that is not active verifies nothing.
    pub active: bool,
    /// Set for temporary keys: their requests must carry the security token.
    pub temporary: Option<TemporaryKey>,
}
