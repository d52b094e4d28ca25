//! `tidemill dump verify`

use super::super::target::connect;
use crate::client::Connection;
use crate::config::ClientFlags;
use crate::failure::usage;
use crate::output::{Output, table};
use crate::proof::{Directory, Endpoint, ReadOnly};
use anyhow::{Context, Result, bail};
use clap::Args;
use object_store::ObjectStore;
use std::path::{Path, PathBuf};
use tidemill_dump::verify::{Options, PartitionReport, Report, TaskReport, verify};

/// Prove from the ledger in a bucket that what dump tasks delivered is complete, unaltered, without a gap
/// and without a duplicate.
///
/// Reads the bucket through the object endpoint, or a directory that its objects were downloaded into; no
/// running server is needed for the latter. Ends with 1 if anything is not as the ledger says.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bucket, read through the object endpoint.
    #[arg(long, required_unless_present = "dir", conflicts_with = "dir")]
    bucket: Option<String>,
    /// A directory with the bucket's objects as files, _tidemill/ included.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Only the dump task with this id.
    #[arg(long, value_name = "ID")]
    task_id: Option<String>,
    /// Trust sizes instead of reading every object: a change that keeps the size goes unnoticed.
    #[arg(long)]
    sizes_only: bool,
}

impl Verify {
    pub(crate) fn run(self, flags: &ClientFlags, config: Option<&Path>, output: Output) -> Result<()> {
        let options = Options { task_id: self.task_id, sizes_only: self.sizes_only };
        let report = match (self.dir, self.bucket) {
            (Some(dir), _) if !dir.is_dir() => {
                return Err(usage(format!("{} is no directory", dir.display())));
            }
            (Some(dir), _) => prove(&ReadOnly(Directory(dir)), &options)?,
            (None, Some(bucket)) => bucket_report(connect(flags, config)?, &bucket, &options)?,
            (None, None) => return Err(usage("give --bucket or --dir".to_owned())),
        };
        output.print(&serde_json::to_value(&report)?, || text(&report))?;
        judge(&report)
    }
}

/// The proof of a bucket behind an object endpoint.
pub(crate) fn bucket_report(connection: Connection, bucket: &str, options: &Options) -> Result<Report> {
    prove(&ReadOnly(Endpoint { connection, bucket: bucket.to_owned() }), options)
}

fn prove(store: &impl ObjectStore, options: &Options) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(verify(store, options)).context("nothing is proven")
}

/// An error unless there is something to prove and all of it is proven.
pub(crate) fn judge(report: &Report) -> Result<()> {
    let problems: usize = report.tasks.iter().map(|task| task.problems.len()).sum();
    if report.tasks.is_empty() {
        bail!("there is no ledger: nothing is proven");
    }
    if !report.ok {
        bail!("{problems} problem(s): the bucket is not what the ledger says");
    }
    Ok(())
}

/// What was proven, for people.
pub(crate) fn text(report: &Report) -> String {
    let rows: Vec<Vec<String>> =
        report.tasks.iter().flat_map(|task| task.partitions.iter().map(move |p| row(task, p))).collect();
    let mut text = table(
        &["TASK", "STREAM", "PARTITION", "RECORDS", "COUNT", "OBJECTS", "BYTES", "ERRORS", "GAPS", "PROVEN"],
        &rows,
    );
    for problem in report.tasks.iter().flat_map(|task| &task.problems) {
        text.push_str(&format!("{:?}: {}: {}\n", problem.kind, problem.key, problem.detail));
    }
    text
}

fn row(task: &TaskReport, partition: &PartitionReport) -> Vec<String> {
    vec![
        task.task.clone().unwrap_or_else(|| task.task_id.clone()),
        task.stream.clone().unwrap_or_default(),
        partition.partition.to_string(),
        format!("{}..{}", partition.from, partition.to),
        partition.records.to_string(),
        partition.objects.to_string(),
        partition.bytes.to_string(),
        partition.errors.to_string(),
        partition.gaps.len().to_string(),
        if task.problems.is_empty() { "yes" } else { "NO" }.to_owned(),
    ]
}
