//! What the identity crate promises, at its boundary.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

mod flipped_bytes;
mod fuzzing;
mod installation;
mod keys;
mod signing;
mod tokens;
mod vector_file;
mod vectors;
