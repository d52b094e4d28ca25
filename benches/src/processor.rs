//! Processor time of the thread that asks.

use anyhow::{Context, Result};
use std::sync::LazyLock;
use std::time::Instant;

/// Where the kernel tells it; not every kernel does.
const FIGURES: &str = "/proc/thread-self/schedstat";
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Seconds so far: of the processor, or on the clock where the kernel does not tell. Exact to a tick of the scheduler,
/// so measure much longer than that.
pub(crate) fn seconds() -> Result<f64> {
    let Ok(figures) = std::fs::read_to_string(FIGURES) else { return Ok(STARTED.elapsed().as_secs_f64()) };
    let running = figures.split(' ').next().context("no figure in schedstat")?;
    Ok(running.parse::<u64>()? as f64 / 1e9)
}
