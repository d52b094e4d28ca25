//! SIGTERM and SIGINT ask for an orderly stop; a second one ends the process at once.

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancels the returned token at the first signal.
pub(super) fn stop_token() -> Result<CancellationToken> {
    let mut term = signal(SignalKind::terminate()).context("cannot watch SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch SIGINT")?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        for signals in 0.. {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
            if signals > 0 {
                std::process::exit(130);
            }
            tracing::info!("stopping");
            token.cancel();
        }
    });
    Ok(stop)
}
