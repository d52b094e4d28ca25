//! Drives the built binary the way people and scripts do.

mod config;
mod journey;
mod serve;
mod support;
mod tls;
