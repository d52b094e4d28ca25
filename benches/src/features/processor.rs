//! Processor time of the thread that asks.

use anyhow::{Context, Result};

/// Seconds so far. Exact to a tick of the scheduler, so measure much longer than that.
pub(crate) fn seconds() -> Result<f64> {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let running = figures.split(' ').next().context("no figure in schedstat")?;
    Ok(running.parse::<u64>()? as f64 / 1e9)
}
