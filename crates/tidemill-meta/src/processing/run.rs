//! Runs. Every write of a run's worker names the states in which it may write, so that a stopped or deleted
//! run is never written to.

use super::CleanupRow;
use crate::{MetaError, Row, Tx, args, dataset};

/// One run: a version of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// 19 random characters; the `task_version_id` of the API.
    pub run_id: String,
    /// Its task.
    pub task_id: String,
    /// Its project.
    pub project: String,
    /// The kind of processing.
    pub template_id: String,
    /// Its number in the task, from 1 on.
    pub n: i64,
    /// `V001` and so on; empty for a feature analysis.
    pub version_name: String,
    /// 0 initialized, 1 running, 2 completed, 3 failed, 4 stopped.
    pub status: i64,
    /// All output is written; the run cannot be stopped any more.
    pub sealed: bool,
    /// The request, completed from the task, as JSON.
    pub spec: String,
    /// What people wrote about it.
    pub description: String,
    /// Where the output goes: the bucket; empty for a feature analysis.
    pub output_bucket: String,
    /// The directory in it, with a slash at its end.
    pub output_key: String,
    /// 64 hexadecimal characters that all random numbers of the run come from.
    pub seed: String,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When it was changed last.
    pub updated_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Samples of its input, once they are listed.
    pub samples: Option<i64>,
    /// The five counters as JSON, once it is completed.
    pub counters: Option<String>,
    /// Why it failed.
    pub error_msg: Option<String>,
    /// The result of a feature analysis, or what is to be known of a completed run, as JSON.
    pub result: Option<String>,
    /// The version id of the dataset that is read.
    pub input_version: Option<String>,
    /// The dataset that gets a version.
    pub target_dataset: Option<String>,
    /// The id of that version, once it is published.
    pub target_version: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// 2 completed, 3 failed, 4 stopped.
    pub status: i64,
    /// The counters as JSON.
    pub counters: Option<String>,
    /// Why it failed.
    pub error_msg: Option<String>,
    /// Its result as JSON.
    pub result: Option<String>,
}

const OF_TASK: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, result, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 ORDER BY n DESC";
const UNFINISHED: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, result, input_version, target_dataset, target_version FROM processor_runs WHERE status IN (0, 1) ORDER BY created_ms";
const ONE: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, result, input_version, target_dataset, target_version FROM processor_runs WHERE run_id = $1";

pub(super) fn run(row: &Row) -> Result<RunRow, MetaError> {
    Ok(RunRow {
        run_id: row.text(0)?,
        task_id: row.text(1)?,
        project: row.text(2)?,
        template_id: row.text(3)?,
        n: row.int(4)?,
        version_name: row.text(5)?,
        status: row.int(6)?,
        sealed: row.bool(7)?,
        spec: row.text(8)?,
        description: row.text(9)?,
        output_bucket: row.text(10)?,
        output_key: row.text(11)?,
        seed: row.text(12)?,
        created_ms: row.int(13)?,
        updated_ms: row.int(14)?,
        ended_ms: row.int_or_null(15)?,
        samples: row.int_or_null(16)?,
        counters: row.text_or_null(17)?,
        error_msg: row.text_or_null(18)?,
        result: row.text_or_null(19)?,
        input_version: row.text_or_null(20)?,
        target_dataset: row.text_or_null(21)?,
        target_version: row.text_or_null(22)?,
    })
}

/// Adds a run that has not begun. It holds the dataset version that it reads until it ends or is deleted.
pub async fn insert_run(tx: &mut dyn Tx, r: &RunRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO processor_runs (run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, input_version, target_dataset) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let args = args![
        &r.run_id,
        &r.task_id,
        &r.project,
        &r.template_id,
        r.n,
        &r.version_name,
        &r.spec,
        &r.description,
        &r.output_bucket,
        &r.output_key,
        &r.seed,
        r.created_ms,
        r.updated_ms,
        r.input_version.clone(),
        r.target_dataset.clone(),
    ];
    tx.execute(sql, args).await?;
    match &r.input_version {
        Some(version) => dataset::hold_version(tx, version, &r.run_id).await,
        None => Ok(()),
    }
}

/// The runs of a task, newest first.
pub async fn runs_of_task(tx: &mut dyn Tx, task_id: &str) -> Result<Vec<RunRow>, MetaError> {
    tx.query(OF_TASK, args![task_id]).await?.iter().map(run).collect()
}

/// Every run that has not ended.
pub async fn unfinished_runs(tx: &mut dyn Tx) -> Result<Vec<RunRow>, MetaError> {
    tx.query(UNFINISHED, vec![]).await?.iter().map(run).collect()
}

/// One run.
pub async fn find_run(tx: &mut dyn Tx, run_id: &str) -> Result<Option<RunRow>, MetaError> {
    tx.query(ONE, args![run_id]).await?.first().map(run).transpose()
}

/// The input is listed and cut into `shards`: the run goes into state 1. False if it may not run.
pub async fn start_run(
    tx: &mut dyn Tx,
    run_id: &str,
    shards: &[super::ShardRow],
    now_ms: i64,
) -> Result<bool, MetaError> {
    let samples: u64 = shards.iter().map(|shard| shard.samples).sum();
    let sql = "UPDATE processor_runs SET status = 1, samples = $2, updated_ms = $3 WHERE run_id = $1 AND status = 0";
    if tx.execute(sql, args![run_id, samples, now_ms]).await? == 0 {
        return Ok(false);
    }
    for shard in shards {
        let sql = "INSERT INTO processor_shards (run_id, shard, first, samples) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, args![run_id, shard.shard, shard.first, shard.samples]).await?;
    }
    Ok(true)
}

/// From here on the run can only complete. False if it was stopped before.
pub async fn seal_run(tx: &mut dyn Tx, run_id: &str, now_ms: i64) -> Result<bool, MetaError> {
    let sql = "UPDATE processor_runs SET sealed = 1, updated_ms = $2 WHERE run_id = $1 AND status = 1";
    Ok(tx.execute(sql, args![run_id, now_ms]).await? == 1)
}

/// Notes the dataset version that the run published.
pub async fn set_target_version(tx: &mut dyn Tx, run_id: &str, version: &str) -> Result<(), MetaError> {
    let sql = "UPDATE processor_runs SET target_version = $2 WHERE run_id = $1";
    tx.execute(sql, args![run_id, version]).await?;
    Ok(())
}

/// Ends a run that has not ended. A sealed run is not stopped. False if nothing changed.
pub async fn end_run(tx: &mut dyn Tx, run_id: &str, ended: &Ended, now_ms: i64) -> Result<bool, MetaError> {
    let sql = "UPDATE processor_runs SET status = $2, counters = $3, error_msg = $4, result = $5, updated_ms = $6, ended_ms = $6 WHERE run_id = $1 AND status IN (0, 1) AND (sealed = 0 OR $2 <> 4)";
    let args = args![
        run_id,
        ended.status,
        ended.counters.clone(),
        ended.error_msg.clone(),
        ended.result.clone(),
        now_ms,
    ];
    if tx.execute(sql, args).await? == 0 {
        return Ok(false);
    }
    dataset::release_all(tx, run_id).await?;
    Ok(true)
}

/// Removes the rows of a run and notes what of it is to be removed. False if there is no such run.
pub async fn delete_run(tx: &mut dyn Tx, left: &CleanupRow, now_ms: i64) -> Result<bool, MetaError> {
    let run_id = &left.run_id;
    let note = "INSERT INTO processor_cleanups (run_id, project, output_bucket, output_key, created_ms) SELECT run_id, project, $2, $3, $4 FROM processor_runs WHERE run_id = $1";
    tx.execute(note, args![run_id, &left.output_bucket, &left.output_key, now_ms]).await?;
    dataset::release_all(tx, run_id).await?;
    tx.execute("DELETE FROM processor_commits WHERE run_id = $1", args![run_id]).await?;
    tx.execute("DELETE FROM processor_shards WHERE run_id = $1", args![run_id]).await?;
    Ok(tx.execute("DELETE FROM processor_runs WHERE run_id = $1", args![run_id]).await? == 1)
}
