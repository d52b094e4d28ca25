//! The one place where a panic of a decoder library stops.
//!
//! All decoders but that of JPEG are written in safe Rust, so what hostile bytes can do at worst is to make one of them
//! panic. They keep no state between files: a panic spoils nothing but the file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::DecodeError;

/// Runs a decoder; its panic becomes the error of the file.
pub(super) fn run<T>(decoder: impl FnOnce() -> Result<T, DecodeError>) -> Result<T, DecodeError> {
    catch_unwind(AssertUnwindSafe(decoder))
        .unwrap_or_else(|_| Err(DecodeError::Damaged("the decoder gave up on it".to_owned())))
}
