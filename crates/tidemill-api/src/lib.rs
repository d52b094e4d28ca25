//! Wire types and error codes of the public APIs, shared by server and command line. No server code.

pub mod dis;
pub mod error;
pub mod modelarts;

pub use error::{ErrorBody, ErrorCode};
