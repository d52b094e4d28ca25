//! `SDK-HMAC-SHA256` and `V11-HMAC-SHA256` signatures of the REST interfaces.
//!
//! Checking has two halves, so that a bad request is refused before its body is read:
//! [`ApiAuth::begin`] looks at the headers, [`PendingSignature::finish`] takes the body's hash.
//! Clients disagree about the canonical form; the candidates are in the `canonical_*` files.

mod authorization;
mod canonical_headers;
mod canonical_query;
mod canonical_uri;
mod error;
mod sign;
mod signing_key;
mod verify;

pub use authorization::is_signed;
pub use canonical_query::QueryReading;
pub use error::AuthError;
pub use sign::{SignRequest, sign};
pub use verify::{ApiAuth, PendingSignature, Verified};
