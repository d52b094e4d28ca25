//! The object store at its boundary.

#![allow(clippy::unwrap_used)] // a test may end at what it did not expect

mod crash;
mod fixture;
mod full_disk;
mod history;
mod listing;
mod multipart;
mod objects;
mod traits;
