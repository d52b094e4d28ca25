//! Fill, kill -9, start again, time to the first record read.

use super::put::{self, Shape};
use super::read::Reader;
use super::stream;
use crate::server::Server;
use anyhow::{Result, bail};
use std::path::Path;
use std::time::Instant;

const STREAM: &str = "restart";

/// Fills a fresh server with at least `records` in one partition; returns how many there are.
pub(crate) async fn fill(server: &Server, records: u64) -> Result<u64> {
    stream::create(server, STREAM, 1).await?;
    let shape = Shape { producers: 16, batch: 500, partitions: 1, signed: false };
    put::fill(server, STREAM, shape, records).await
}

/// Kills the server without warning, starts it on the same data and waits for a first record.
///
/// Returns the new server and the seconds from its start to the record, a new token included.
pub(crate) async fn kill_and_read(server: Server, binary: &Path, data: &Path) -> Result<(Server, f64)> {
    server.kill().await?;
    let started = Instant::now();
    let server = Server::start_tidemill(binary, data).await?;
    let mut reader = Reader::open(&server, STREAM).await?;
    if reader.page(&server, |_| ()).await? == 0 {
        bail!("nothing to read after the restart");
    }
    Ok((server, started.elapsed().as_secs_f64()))
}
