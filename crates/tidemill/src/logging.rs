//! Log lines on stderr.

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt};

/// Sends log lines of at least `level` to stderr from now on. Only the first call of a process counts.
pub(crate) fn start(level: &str, format: LogFormat) {
    let filter = level.parse::<EnvFilter>().unwrap_or_default();
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    drop(started);
}
