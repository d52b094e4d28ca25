//! The object store at its boundary.

mod crash;
mod fixture;
mod full_disk;
mod history;
mod listing;
mod multipart;
mod objects;
mod traits;
