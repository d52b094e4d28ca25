//! The part of Python's pickle format that checkpoints of tensors use, and nothing else of it.
//!
//! A pickle is a program for a small stack machine that may call anything. This one knows three callables: an ordered
//! dictionary, a tensor over a storage, and storages themselves. Everything else is an error.

mod machine;
mod value;

use super::bytes::{Bytes, Ended};
pub(super) use machine::load;
pub(super) use value::{Element, Items, TensorView, Value};

/// Why a pickle was refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum PickleError {
    #[error("the pickle ends too early")]
    Ended,
    #[error("opcode {0:#04x} does not belong into a checkpoint")]
    Opcode(u8),
    #[error("{0} does not belong into a checkpoint")]
    Class(String),
    #[error("a value is not what its place asks for")]
    Shape,
    #[error("it holds more than {0} values")]
    TooLarge(usize),
}

impl From<Ended> for PickleError {
    fn from(Ended: Ended) -> Self {
        Self::Ended
    }
}
