//! The log's tests at its boundary.

mod memory;
