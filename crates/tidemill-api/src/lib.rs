//! Wire types and error codes of the public APIs, shared by server and command line. No server code.

mod codes;
pub mod dis;
pub mod error;
pub mod modelarts;

pub use error::{ErrorBody, ErrorCode};
