//! Waiting for a run.

use crate::client::Connection;
use crate::cmd::watch::{State, count, text, until_ended};
use anyhow::{Result, bail};
use serde_json::Value;

const RUNNING: u64 = 1;
pub(super) const COMPLETED: u64 = 2;
const FAILED: u64 = 3;

/// Waits for a run; fails if it did or was stopped.
pub(super) fn wait_for_run(connection: &Connection, task: &str, version: &str) -> Result<Value> {
    let ended = until_ended(connection, "processing", || {
        let now = connection.run_of(task, version)?;
        if count(&now, "status") > RUNNING {
            return Ok(State::Ended(now));
        }
        let so_far = connection.run_progress(task, version)?;
        Ok(State::Running { done: count(&so_far, "samples_done"), total: count(&so_far, "samples_total") })
    })?;
    match count(&ended, "status") {
        COMPLETED => Ok(ended),
        FAILED => bail!("the run failed: {}", why(connection, task, &ended)),
        _ => bail!("the run was stopped"),
    }
}

/// Waits for a feature analysis, which is a task without versions.
pub(super) fn wait_for_analysis(connection: &Connection, task: &str) -> Result<Value> {
    let ended = until_ended(connection, "measuring", || {
        let now = connection.processing_task(task)?;
        if count(&now, "status") > RUNNING {
            return Ok(State::Ended(now));
        }
        let so_far = connection.run_progress(task, task)?;
        Ok(State::Running { done: count(&so_far, "samples_done"), total: count(&so_far, "samples_total") })
    })?;
    match count(&ended, "status") {
        COMPLETED => Ok(ended),
        FAILED => bail!("the analysis failed: {}", text(&ended, "error_msg")),
        _ => bail!("the analysis was stopped"),
    }
}

/// The reason is the task's: versions do not show one.
fn why(connection: &Connection, task: &str, run: &Value) -> String {
    let of_task = connection.processing_task(task).map(|task| text(&task, "error_msg").to_owned());
    let of_run = text(run, "error_msg").to_owned();
    if of_run.is_empty() { of_task.unwrap_or_default() } else { of_run }
}
