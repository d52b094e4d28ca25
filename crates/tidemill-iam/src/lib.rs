//! Identities, tokens, request signatures and permissions.
//!
//! [`api_signature`] and [`object_signature`] are pure: bytes and a key in, a verdict out. [`Iam`] knows
//! the keys, tokens and people.

pub mod api_signature;
mod encoding;
pub mod fuzz;
pub mod identity;
mod key;
mod mac;
pub mod object_signature;
mod request_date;
mod request_head;
mod signing_key_cache;

pub use fuzz::fuzz_authorization;
pub use identity::{Caller, FirstIdentity, Iam, IamError};
pub use key::{AccessKey, SecretKey, TemporaryKey};
pub use request_head::RequestHead;
pub use signing_key_cache::SigningKeyCache;
