//! What a server costs that does nothing.

use crate::process;
use crate::server::Server;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// From the start of the process to its ready line.
    pub(crate) ready_s: f64,
    /// Resident memory half a second later.
    pub(crate) resident_bytes: u64,
}

/// Starts a server on `data`, fresh or used, and stops it again.
pub(crate) async fn measure(binary: &Path, data: &Path) -> Result<Figure> {
    let server = Server::start_tidemill_idle(binary, data).await?;
    server.caller.clock.sleep(Duration::from_millis(500)).await;
    let resident_bytes = process::resident_bytes(server.pid())?;
    let ready_s = server.ready_s;
    server.terminate().await?;
    Ok(Figure { ready_s, resident_bytes })
}
