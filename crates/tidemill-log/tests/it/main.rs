//! The log's tests at its boundary.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed expectation is the result of a test

mod crash;
mod damage;
mod disk_suite;
mod faults;
mod fuzz;
mod history;
mod memory;
mod small_disk;
mod support;
