//! Drives the built binary the way people and scripts do.

#![allow(clippy::unwrap_used)] // a surprise ends the test

mod config;
mod fuzz_seeds;
mod journey;
mod retry;
mod serve;
mod support;
mod tls;
