//! The log's tests at its boundary.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed expectation is the result of a test

mod crash;
mod damage;
mod disk_suite;
mod faults;
mod history;
mod memory;
mod support;
