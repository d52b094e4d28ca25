//! Processing tasks as the routes use them, over a bucket in memory and real pictures.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod composed;
mod copies;
mod equal;
mod generate;
mod journey;
mod lists;
mod memory;
#[path = "../../../tidemill-embedding/tests/embedding/onnx.rs"]
mod onnx;
mod random;
mod refused;
mod stop;
mod support;
mod swept;
mod task_input;
mod told;
mod versions;
mod withdrawn;
