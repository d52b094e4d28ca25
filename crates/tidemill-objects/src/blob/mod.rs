//! Blobs: files under random ids, written once.
//!
//! A new blob lies in `incoming/` until the row that names it is committed, then it is renamed to
//! `blobs/xx/`. So `incoming/` holds only what was under way: after a crash its files either have a row,
//! and are renamed, or have none, and are removed. Nothing ever scans all blobs.

mod dir;
mod hashes;
mod writer;

pub(crate) use dir::{BlobDir, open_blob};
pub use hashes::{Digests, WantedHashes, multipart_etag};
pub use writer::{BlobWriter, NewBlob};
