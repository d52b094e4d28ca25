//! Image files and label files, whole ones.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod damage;
mod decode;
mod support;
mod validation;
mod voc_cases;
mod voc_files;
