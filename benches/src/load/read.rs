//! One reader, JSON, from the beginning.

use super::connection::Connection;
use crate::process;
use crate::server::Server;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::time::Instant;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
    next_partition_cursor: &'a str,
}

#[derive(Deserialize)]
struct Record<'a> {
    data: &'a str,
}

#[derive(Deserialize)]
struct Cursor<'a> {
    partition_cursor: &'a str,
}

/// Reads one partition page by page.
pub(crate) struct Reader {
    connection: Connection,
    cursor: String,
}

impl Reader {
    /// A reader at the first record of partition 0.
    pub(crate) async fn open(server: &Server, stream: &str) -> Result<Self> {
        let mut connection = Connection::open(&server.caller.address).await?;
        let path = format!("/cursors?stream-name={stream}&partition-id=0&cursor-type=TRIM_HORIZON");
        let answer = connection.call(&server.caller.token_head("GET", &path, 0), b"").await?;
        answer.expect_success("cursor")?;
        let cursor = serde_json::from_slice::<Cursor<'_>>(answer.body).context("cursor")?;
        let cursor = cursor.partition_cursor.to_owned();
        Ok(Self { connection, cursor })
    }

    /// Reads one page and gives each decoded payload to `each`; returns how many there were.
    pub(crate) async fn page(&mut self, server: &Server, mut each: impl FnMut(&[u8])) -> Result<u64> {
        let path = format!("/records?partition-cursor={}", self.cursor);
        let answer = self.connection.call(&server.caller.token_head("GET", &path, 0), b"").await?;
        answer.expect_success("read")?;
        let page: Page<'_> = serde_json::from_slice(answer.body).context("page")?;
        let mut payload = [0u8; 2048];
        for record in &page.records {
            let out = base64_simd::Out::from_slice(&mut payload);
            each(base64_simd::STANDARD.decode(record.data.as_bytes(), out)?);
        }
        self.cursor = page.next_partition_cursor.to_owned();
        Ok(page.records.len() as u64)
    }
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// Records a second at the reader.
    pub(crate) records_s: f64,
    /// The server's processor seconds for a million records.
    pub(crate) cpu_s_million: f64,
}

/// Reads the whole partition once. An incomplete or altered read is an error, not a figure.
pub(crate) async fn measure(
    server: &Server,
    stream: &str,
    records: u64,
    record_bytes: u64,
) -> Result<Figure> {
    let (started, cpu) = (Instant::now(), process::cpu_seconds(server.pid())?);
    let mut reader = Reader::open(server, stream).await?;
    let (mut seen, mut bytes) = (0, 0);
    loop {
        let count = reader.page(server, |payload| bytes += payload.len() as u64).await?;
        seen += count;
        if count == 0 || seen >= records {
            break;
        }
    }
    if seen != records || bytes != records * record_bytes {
        bail!("read {seen} records with {bytes} bytes where {records} of {record_bytes} were put");
    }
    let elapsed = started.elapsed().as_secs_f64();
    let cpu = process::cpu_seconds(server.pid())? - cpu;
    Ok(Figure { records_s: seen as f64 / elapsed, cpu_s_million: cpu / seen as f64 * 1e6 })
}
