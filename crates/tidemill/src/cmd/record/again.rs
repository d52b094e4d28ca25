//! Trying again what the server refused for the moment.

use crate::client::Connection;
use anyhow::Result;
use std::time::Duration;

/// How often something is tried again, with a pause that doubles from 50 ms to 5 s.
pub(super) const RETRIES_MAX: u32 = 20;

/// Throttled or failed inside: the same may succeed later.
pub(super) fn can_succeed_later(code: &str) -> bool {
    code.starts_with("DIS.4303") || code.starts_with("DIS.5")
}

/// Waits before try number `retry`, counted from 0.
pub(super) fn pause(connection: &Connection, retry: u32) -> Result<()> {
    connection.pause(Duration::from_millis(50 << retry.min(7)).min(Duration::from_secs(5)))
}
