//! Manifests: one sample a line, as JSON. What is documented of them is in section 4 of the behaviour of the
//! data-management API; [`Reader`] takes every spelling, [`write_entry`] writes one.

mod annotation;
mod entry;
mod field;
mod fuzz;
mod lines;
mod read;
#[cfg(test)]
mod tests;
mod time;
mod write;

pub use crate::sample::Usage;
pub use annotation::{Annotation, AnnotationKind};
pub use entry::{Entry, Source};
pub use field::InvalidField;
pub use fuzz::fuzz_manifest;
pub(crate) use lines::{Lines, RawLine};
pub use read::{InvalidLine, Line, ReadError, Reader, read_entry};
pub use time::{read_time, written_time};
pub use write::write_entry;
