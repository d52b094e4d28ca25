//! Datasets at their boundary: buckets in memory, metadata on disk, a clock that only tests move.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod support;

mod annotation_times;
mod delete;
mod export;
mod import;
mod import_formats;
mod masks;
mod mutated;
mod sync;
mod upload;
