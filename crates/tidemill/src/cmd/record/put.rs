//! `tidemill record put`: one line, one record.

use super::super::progress;
use super::again::{RETRIES_MAX, can_succeed_later, pause};
use crate::client::Connection;
use crate::output::Output;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use tidemill_model::limits::RECORD_BYTES_MAX;

/// Records a batch has at most.
const BATCH_RECORDS_MAX: usize = 500;
/// Bytes of a batch in base64 and JSON: well below what one request may have.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// JSON around one record, roughly: names, quotes, partition and key.
const ENTRY_BYTES: usize = 64;

/// Put a file: each line becomes one record, without its line feed.
///
/// Records of one partition keep the order of the file as long as none is refused. Records the server
/// refused for the moment are sent again, the others not.
#[derive(Debug, Args)]
pub(crate) struct Put {
    /// The stream.
    stream: String,
    /// The file; - reads standard input.
    file: PathBuf,
    /// Partition for all records, for example 0.
    #[arg(long, value_name = "ID", conflicts_with = "key")]
    partition: Option<String>,
    /// Partition key of all records. Without key and partition they spread over all partitions.
    #[arg(long, value_name = "TEXT")]
    key: Option<String>,
}

/// What a put did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PutTotals {
    /// Records accepted.
    pub(crate) records: u64,
    /// Payload bytes accepted.
    pub(crate) bytes: u64,
    /// Records sent again after a refusal.
    pub(crate) sent_again: u64,
}

impl Put {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let (input, length) = self.open()?;
        let bar = progress::bytes(length, "putting");
        let place = (self.partition.as_deref(), self.key.as_deref());
        let totals = put_lines(connection, &self.stream, place, input, |read| bar.inc(read));
        bar.finish_and_clear();
        let totals = totals?;
        let value = json!({ "stream": self.stream, "records": totals.records, "bytes": totals.bytes,
                            "sent_again": totals.sent_again });
        let text = format!("put {} records, {} bytes into {}", totals.records, totals.bytes, self.stream);
        output.done(&value, &text)
    }

    fn open(&self) -> Result<(Box<dyn BufRead>, Option<u64>)> {
        if self.file.as_os_str() == "-" {
            return Ok((Box::new(BufReader::new(std::io::stdin())), None));
        }
        let shown = self.file.display();
        let file = File::open(&self.file).with_context(|| format!("cannot open {shown}"))?;
        let length = file.metadata().with_context(|| format!("cannot read {shown}"))?.len();
        Ok((Box::new(BufReader::with_capacity(1 << 20, file)), Some(length)))
    }
}

/// Puts every line of `input`; `place` is the partition id and the partition key. `progress` is told the
/// bytes of each batch that was accepted.
pub(crate) fn put_lines(
    connection: &Connection,
    stream: &str,
    place: (Option<&str>, Option<&str>),
    mut input: impl BufRead,
    progress: impl Fn(u64),
) -> Result<PutTotals> {
    let mut totals = PutTotals::default();
    let mut lines = 0u64;
    let mut carried = None;
    loop {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH_RECORDS_MAX {
            let line = match carried.take() {
                Some(line) => line,
                None => match next_line(&mut input, &mut lines)? {
                    Some(line) => line,
                    None => break,
                },
            };
            bytes += line.len().div_ceil(3) * 4 + ENTRY_BYTES + place.1.map_or(0, str::len);
            if bytes > BATCH_BYTES_MAX && !batch.is_empty() {
                carried = Some(line);
                break;
            }
            batch.push(line);
        }
        if batch.is_empty() {
            return Ok(totals);
        }
        let accepted = || format!("{} records were accepted before", totals.records);
        totals.sent_again += put_batch(connection, stream, place, &batch).with_context(accepted)?;
        totals.records += batch.len() as u64;
        let payload: u64 = batch.iter().map(|line| line.len() as u64).sum();
        totals.bytes += payload;
        progress(payload + batch.len() as u64);
    }
}

/// The next line without its line feed; `None` at the end.
fn next_line(input: &mut impl BufRead, lines: &mut u64) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = RECORD_BYTES_MAX as u64 + 1;
    if input.by_ref().take(most).read_until(b'\n', &mut line).context("reading the input")? == 0 {
        return Ok(None);
    }
    *lines += 1;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    match line.len() {
        0 => bail!("line {lines} is empty: a record has at least one byte"),
        n if n > RECORD_BYTES_MAX => {
            bail!("line {lines} is longer than a record may be ({RECORD_BYTES_MAX} bytes)")
        }
        _ => Ok(Some(line)),
    }
}

/// Puts one batch and sends again what the server refused for the moment; how many records that were.
fn put_batch(
    connection: &Connection,
    stream: &str,
    (partition, key): (Option<&str>, Option<&str>),
    batch: &[Vec<u8>],
) -> Result<u64> {
    let mut left: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
    let mut sent_again = 0;
    for retry in 0..=RETRIES_MAX {
        let outcome = connection.put_records(stream, &left, partition, key)?;
        let Some((code, message)) = outcome.first_error else { return Ok(sent_again) };
        if !can_succeed_later(&code) || retry == RETRIES_MAX {
            bail!("{} record(s) of a batch were refused: {code} {message}", outcome.failed.len());
        }
        left = outcome.failed.iter().filter_map(|i| left.get(*i).copied()).collect();
        sent_again += left.len() as u64;
        pause(connection, retry)?;
    }
    Ok(sent_again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_records_without_their_line_feed() {
        let (mut input, mut lines) = (&b"one\ntwo\r\nlast"[..], 0);
        let mut next = || next_line(&mut input, &mut lines).unwrap();
        assert_eq!(next().unwrap(), b"one");
        assert_eq!(next().unwrap(), b"two\r");
        assert_eq!(next().unwrap(), b"last");
        assert_eq!(next(), None);
    }

    #[test]
    fn an_empty_and_an_overlong_line_are_named() {
        let error = next_line(&mut &b"\n"[..], &mut 6).unwrap_err();
        assert!(error.to_string().starts_with("line 7 is empty"), "{error}");
        let long = vec![b'x'; RECORD_BYTES_MAX + 1];
        let error = next_line(&mut &long[..], &mut 0).unwrap_err();
        assert!(error.to_string().starts_with("line 1 is longer"), "{error}");
        assert!(next_line(&mut &long[1..], &mut 0).unwrap().is_some());
    }
}
