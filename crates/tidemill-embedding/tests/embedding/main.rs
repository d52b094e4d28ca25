//! Embeddings of real images, and what is decided by them.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod custom;
mod edits;
mod generator;
mod golden;
mod hog;
mod near_duplicates;
mod onnx;
mod pcc;
mod pictures;
mod support;
