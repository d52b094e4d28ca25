//! Waiting for long work of the server, with a progress bar.

use super::progress;
use crate::client::{ClientError, Connection};
use anyhow::Result;
use serde_json::Value;
use std::time::Duration;

/// How often the state is asked for.
const POLL: Duration = Duration::from_millis(300);

/// What is known of work under way.
pub(super) enum State {
    /// So many samples of so many are done; 0 of 0 while nobody knows.
    Running {
        /// Done.
        done: u64,
        /// In all.
        total: u64,
    },
    /// It came to its end, good or bad.
    Ended(Value),
}

/// Asks until the work has ended; what it ended with.
pub(super) fn until_ended(
    connection: &Connection,
    message: &'static str,
    mut ask: impl FnMut() -> Result<State, ClientError>,
) -> Result<Value> {
    let bar = progress::samples(message);
    loop {
        match ask() {
            Ok(State::Running { done, total }) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Ok(State::Ended(last)) => {
                bar.finish_and_clear();
                return Ok(last);
            }
            Err(error) => {
                bar.finish_and_clear();
                return Err(error.into());
            }
        }
        connection.pause(POLL)?;
    }
}

/// A count in an answer; 0 if it is not there.
pub(super) fn count(answer: &Value, member: &str) -> u64 {
    answer[member].as_u64().unwrap_or(0)
}

/// A text in an answer; empty if it is not there.
pub(super) fn text<'v>(answer: &'v Value, member: &str) -> &'v str {
    answer[member].as_str().unwrap_or_default()
}
