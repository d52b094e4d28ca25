//! Passwords: hashed with argon2, checked a few at a time.

use super::error::IamError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::Semaphore;

/// Checks that run at once: each takes 19 MiB and some hundredths of a second.
const CHECKS_MAX: usize = 2;
/// Longest password that is looked at.
const PASSWORD_BYTES_MAX: usize = 1024;

/// Hashes and checks passwords off the async threads.
#[derive(Debug)]
pub(crate) struct Passwords {
    slots: Semaphore,
    /// Checked for users that do not exist, so that the answer takes as long as for others.
    nobody: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, IamError> {
        Ok(Self { slots: Semaphore::new(CHECKS_MAX), nobody: hash("nobody has this password")? })
    }

    /// The text to store for a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, IamError> {
        let _slot = self.slots.acquire().await.map_err(internal)?;
        tokio::task::spawn_blocking(move || hash(&password)).await.map_err(internal)?
    }

    /// Whether `password` is the one `hash` was made of; `false` without a hash.
    pub(crate) async fn check(&self, password: &str, hash: Option<String>) -> Result<bool, IamError> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let _slot = self.slots.acquire().await.map_err(internal)?;
        let (password, known) = (password.to_owned(), hash.is_some());
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let fits = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash).map_err(internal)?;
            Ok::<_, IamError>(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(fits.await.map_err(internal)?? && known)
    }
}

/// The text to store for a password.
pub(crate) fn hash(password: &str) -> Result<String, IamError> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(internal)?;
    let salt = SaltString::encode_b64(&salt).map_err(internal)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(internal)?;
    Ok(hash.to_string())
}

fn internal(error: impl std::fmt::Display) -> IamError {
    IamError::Internal(format!("password check: {error}"))
}
