//! Processing tasks as the routes use them, over a bucket in memory and real pictures.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod composed;
mod equal;
mod journey;
mod support;
