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
mod usage;
mod write;

pub use annotation::{Annotation, AnnotationKind};
pub use entry::{Entry, Source};
pub use field::InvalidField;
pub use fuzz::fuzz_manifest;
pub use read::{InvalidLine, Line, ReadError, Reader, read_entry};
pub use usage::Usage;
pub use write::write_entry;
