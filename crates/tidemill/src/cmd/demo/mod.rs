//! `tidemill demo`: the main job on real data, from one binary.

mod data;
mod embedded;

use super::dump::verify::{bucket_report, judge, text};
use super::progress;
use super::record::{Range, put_lines, read_partition};
use crate::client::{Connection, NewTask, payload};
use crate::config::{Layers, Values};
use crate::output::{Output, note};
use anyhow::{Result, bail};
use clap::Args;
use embedded::Embedded;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tidemill_api::dis::CreateStream;
use tidemill_dump::verify::{Options, Report};

const STREAM: &str = "flights";
const TASK: &str = "to-bucket";
const BUCKET: &str = "demo-flights";
const PREFIX: &str = "out";
const INTERVAL_S: u32 = 30;
const SENDING_SLICES: usize = 36;
const SLICE_PAUSE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(500);
const LEDGER_TIME_MAX: Duration = Duration::from_secs(10);
const DELIVERY_TIME_MAX: Duration = Duration::from_secs(45);

/// Show the main job on real data: a file in, the same file out of a bucket.
///
/// Starts a server of its own on free ports, puts 58,486 lines into a stream, spread over 36 seconds, waits in
/// real time until a dump task has delivered them, compares byte for byte, reads the stream back, verifies the
/// ledger, and removes everything. Takes a good minute and needs no network.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Demo {
    /// Keep the server running afterwards, until Ctrl-C.
    #[arg(long)]
    stay: bool,
}

impl Demo {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let mut server = Embedded::start()?;
        note(&format!("server: api {}  objects {}", server.urls.api, server.urls.objects));
        let data_dir = server.data_dir().display().to_string();
        let connection = Connection::open(&Layers::only(&Values::from([("data-dir", data_dir.clone())]))?)?;
        let summary = main_job(&connection)?;
        output.done(&summary, "done: what went in came out, once.")?;
        if self.stay {
            note(&format!(
                "The server stays until Ctrl-C. Look around with: tidemill --help; --data-dir {data_dir}"
            ));
            server.wait()?;
        }
        Ok(())
    }
}

/// What went in and came out: sizes in bytes, numbers of records, keys of the delivered objects, the proof.
fn main_job(connection: &Connection) -> Result<Value> {
    let file = data::flights()?;
    create(connection)?;
    let records = put(connection, &file)?;
    wait_for_delivery(connection, file.len() as u64)?;
    let objects = compare_delivered(connection, &file)?;
    let records_read = compare_read(connection, &file)?;
    let proof = verify(connection)?;
    Ok(json!({
        "bytes": file.len(),
        "sha256": hex::encode(Sha256::digest(&file)),
        "records": records,
        "records_read": records_read,
        "objects": objects,
        "proof": proof,
    }))
}

fn create(connection: &Connection) -> Result<()> {
    connection.objects().create_bucket(BUCKET)?;
    connection.create_stream(&CreateStream {
        stream_name: Some(STREAM.to_owned()),
        partition_count: Some(1),
        ..CreateStream::default()
    })?;
    let task = NewTask {
        name: TASK,
        bucket: BUCKET,
        prefix: PREFIX,
        interval_s: INTERVAL_S,
        delimiter: "\n",
        start: "TRIM_HORIZON",
        partition_format: "",
        agency: "dis_admin_agency",
        file_type: "text",
    };
    connection.create_task(STREAM, &task)?;
    note(&format!(
        "created bucket {BUCKET}, stream {STREAM} (1 partition), dump task {TASK} (every {INTERVAL_S} s)"
    ));
    Ok(())
}

/// Spread like a live feed, so that more than one delivery carries the file.
fn put(connection: &Connection, file: &[u8]) -> Result<u64> {
    let bar = progress::bytes(Some(file.len() as u64), "putting");
    let mut records = 0;
    for slice in slices(file, SENDING_SLICES) {
        let totals = put_lines(connection, STREAM, (Some("0"), None), slice, |bytes| bar.inc(bytes))?;
        records += totals.records;
        connection.pause(SLICE_PAUSE)?;
    }
    bar.finish_and_clear();
    note(&format!("put {records} records: one line, one record"));
    Ok(records)
}

/// About `count` slices that end at the end of a line.
fn slices(file: &[u8], count: usize) -> impl Iterator<Item = &[u8]> {
    let target = file.len().div_ceil(count).max(1);
    let mut rest = file;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let from = target.min(rest.len()) - 1;
        let end = rest[from..].iter().position(|b| *b == b'\n').map_or(rest.len(), |at| from + at + 1);
        let (slice, after) = rest.split_at(end);
        rest = after;
        Some(slice)
    })
}

fn wait_for_delivery(connection: &Connection, wanted: u64) -> Result<()> {
    let bar = progress::bytes(Some(wanted), "waiting for delivery");
    let result = watch_bucket(connection, wanted, &bar);
    bar.finish_and_clear();
    result
}

fn watch_bucket(connection: &Connection, wanted: u64, bar: &ProgressBar) -> Result<()> {
    let deadline = connection.clock.now_ms() + DELIVERY_TIME_MAX.as_millis() as i64;
    loop {
        let delivered: u64 = connection.objects().list(BUCKET, "out/")?.iter().map(|o| o.size).sum();
        bar.set_position(delivered);
        if delivered >= wanted {
            return Ok(());
        }
        if connection.clock.now_ms() > deadline {
            bail!("only {delivered} of {wanted} bytes were delivered in {} s", DELIVERY_TIME_MAX.as_secs());
        }
        connection.pause(POLL)?;
    }
}

fn compare_delivered(connection: &Connection, file: &[u8]) -> Result<Vec<String>> {
    let mut joined = Sha256::new();
    let objects = connection.objects().list(BUCKET, "out/")?;
    for object in &objects {
        note(&format!("  {:>9}  {BUCKET}/{}", object.size, object.key));
        joined.update(connection.objects().get(BUCKET, &object.key)?);
    }
    same(file, joined, &format!("the {} delivered object(s), joined in name order,", objects.len()))?;
    Ok(objects.into_iter().map(|object| object.key).collect())
}

fn compare_read(connection: &Connection, file: &[u8]) -> Result<usize> {
    let mut joined = Sha256::new();
    let mut count = 0;
    let all = Range { partition: "0", from: "TRIM_HORIZON", limit: usize::MAX };
    read_partition(connection, STREAM, all, |records| {
        for record in records {
            joined.update(payload(record)?);
            joined.update(b"\n");
        }
        count += records.len();
        Ok(())
    })?;
    same(file, joined, &format!("the {count} records read back"))?;
    Ok(count)
}

/// The ledger follows the objects it tells about by a moment.
fn verify(connection: &Connection) -> Result<Report> {
    let deadline = connection.clock.now_ms() + LEDGER_TIME_MAX.as_millis() as i64;
    loop {
        let report = bucket_report(connection.clone(), BUCKET, &Options::default())?;
        let proven = judge(&report);
        if proven.is_ok() || connection.clock.now_ms() > deadline {
            note(text(&report).trim_end());
            return proven.map(|()| report);
        }
        connection.pause(POLL)?;
    }
}

fn same(file: &[u8], joined: Sha256, what: &str) -> Result<()> {
    if joined.finalize() != Sha256::digest(file) {
        bail!("{what} differ from the file");
    }
    note(&format!("{what} are the file, byte for byte"));
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn slices_are_whole_lines_and_together_the_file() {
        let file = b"one\ntwo\nthree\nfour\n";
        let slices: Vec<_> = super::slices(file, 3).collect();
        assert_eq!(slices, [&b"one\ntwo\n"[..], b"three\nfour\n"]);
        assert_eq!(super::slices(b"", 3).count(), 0);
        assert_eq!(super::slices(b"a\nb", 1).collect::<Vec<_>>().concat(), b"a\nb");
    }
}
