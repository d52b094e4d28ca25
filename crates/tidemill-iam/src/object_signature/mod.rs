//! Signatures of the object endpoint: OBS, AWS V2 and AWS V4, in the header or in the URL.
//!
//! [`ObjectAuth::begin`] verifies the request's head; the body is then checked as its
//! [`PayloadRule`] says. Pure functions: bytes and a key in, a verdict out.

mod addressing;
mod chunk;
mod error;
mod form;
mod payload;
mod presign;
mod v2;
mod v4;
mod verify;

pub use addressing::{Addressing, Place};
pub use chunk::ChunkVerifier;
pub use error::ObjectAuthError;
pub use payload::PayloadRule;
pub use presign::{PresignRequest, presign};
pub use verify::{Dialect, ObjectAuth, ObjectRequestAuth};
