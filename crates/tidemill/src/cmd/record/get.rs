//! `tidemill record get`: one record, one line.

use super::again::{RETRIES_MAX, can_succeed_later, pause};
use crate::client::{ClientError, Connection, Page, payload};
use crate::output::{Output, write};
use anyhow::Result;
use clap::Args;
use tidemill_api::dis::Record;
use tidemill_model::limits::FETCH_RECORDS_MAX;

/// Get the records of a partition: each becomes one line on stdout.
///
/// Ends at the partition's end, or after --limit records. With --json each line is the record as the API
/// gives it, its payload in base64.
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// The stream.
    stream: String,
    /// Partition, for example 0.
    #[arg(long, default_value = "0", value_name = "ID")]
    partition: String,
    /// Where to begin: TRIM_HORIZON (the oldest record), a sequence number, or @ and a time in ms since 1970.
    #[arg(long, default_value = "TRIM_HORIZON", value_name = "POSITION")]
    from: String,
    /// Most records to print.
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

/// What to read of a partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<'a> {
    /// Its id.
    pub(crate) partition: &'a str,
    /// `TRIM_HORIZON`, a sequence number, or `@` and a time.
    pub(crate) from: &'a str,
    /// Most records.
    pub(crate) limit: usize,
}

impl Get {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let limit = self.limit.unwrap_or(usize::MAX);
        let range = Range { partition: &self.partition, from: &self.from, limit };
        read_partition(connection, &self.stream, range, |records| {
            let mut lines = Vec::new();
            for record in records {
                if output.json {
                    serde_json::to_writer(&mut lines, record)?;
                } else {
                    lines.extend(payload(record)?);
                }
                lines.push(b'\n');
            }
            write(&lines)
        })
    }
}

/// Reads a partition page by page up to its end.
pub(crate) fn read_partition(
    connection: &Connection,
    stream: &str,
    range: Range<'_>,
    mut each_page: impl FnMut(&[Record]) -> Result<()>,
) -> Result<()> {
    let mut cursor = connection.cursor(stream, range.partition, &position(range.from))?;
    let mut left = range.limit;
    while left > 0 {
        let page = page(connection, &cursor, left.min(FETCH_RECORDS_MAX))?;
        if page.records.is_empty() {
            break;
        }
        left -= page.records.len().min(left);
        each_page(&page.records)?;
        cursor = page.next;
    }
    Ok(())
}

/// One page; a partition that gives no more at the moment is waited for.
fn page(connection: &Connection, cursor: &str, limit: usize) -> Result<Page> {
    let mut retry = 0;
    loop {
        match connection.records(cursor, limit) {
            Err(ClientError::Refused { code, .. }) if can_succeed_later(&code) && retry < RETRIES_MAX => {
                pause(connection, retry)?;
                retry += 1;
            }
            answer => return Ok(answer?),
        }
    }
}

fn position(from: &str) -> Vec<(&str, &str)> {
    if let Some(time) = from.strip_prefix('@') {
        return vec![("cursor-type", "AT_TIMESTAMP"), ("timestamp", time)];
    }
    if from.bytes().all(|b| b.is_ascii_digit()) {
        return vec![("cursor-type", "AT_SEQUENCE_NUMBER"), ("starting-sequence-number", from)];
    }
    vec![("cursor-type", from)]
}
