//! Lists of tasks and runs: no more is read than a page shows.

use super::RunRow;
use super::run::run;
use crate::{MetaError, Row, Tx, args};

/// What tasks are chosen and ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskKey {
    /// The task.
    pub task_id: String,
    /// Its name.
    pub name: String,
    /// The kind of processing.
    pub template_id: String,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// Its newest run.
    pub newest: Option<RunKey>,
}

/// What a run says of its task in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunKey {
    /// The run.
    pub run_id: String,
    /// Its state.
    pub status: i64,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// The version id of the dataset that is read.
    pub input_version: Option<String>,
}

const KEYS: &str = "SELECT t.task_id, t.name, t.template_id, t.created_ms, r.run_id, r.status, r.created_ms, r.ended_ms, r.input_version FROM processor_tasks t LEFT JOIN processor_runs r ON r.task_id = t.task_id AND r.n = (SELECT MAX(n) FROM processor_runs WHERE task_id = t.task_id) WHERE t.project = $1 ORDER BY t.created_ms, t.task_id DESC";
const NEWEST: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, result, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 ORDER BY n DESC LIMIT 1";
const COMPLETED: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, NULL, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 AND project = $2 AND status = 2 ORDER BY n DESC LIMIT 1";
const BY_NUMBER: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, NULL, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 ORDER BY n LIMIT $2 OFFSET $3";
const BY_NUMBER_DOWN: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, NULL, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 ORDER BY n DESC LIMIT $2 OFFSET $3";
const BY_NAME: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, NULL, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 ORDER BY version_name, n LIMIT $2 OFFSET $3";
const BY_NAME_DOWN: &str = "SELECT run_id, task_id, project, template_id, n, version_name, status, sealed, spec, description, output_bucket, output_key, seed, created_ms, updated_ms, ended_ms, samples, counters, error_msg, NULL, input_version, target_dataset, target_version FROM processor_runs WHERE task_id = $1 ORDER BY version_name DESC, n DESC LIMIT $2 OFFSET $3";

fn key(row: &Row) -> Result<TaskKey, MetaError> {
    let newest = match row.text_or_null(4)? {
        None => None,
        Some(run_id) => Some(RunKey {
            run_id,
            status: row.int(5)?,
            created_ms: row.int(6)?,
            ended_ms: row.int_or_null(7)?,
            input_version: row.text_or_null(8)?,
        }),
    };
    Ok(TaskKey {
        task_id: row.text(0)?,
        name: row.text(1)?,
        template_id: row.text(2)?,
        created_ms: row.int(3)?,
        newest,
    })
}

/// The keys of all tasks of a project, oldest first.
pub async fn task_keys(tx: &mut dyn Tx, project: &str) -> Result<Vec<TaskKey>, MetaError> {
    tx.query(KEYS, args![project]).await?.iter().map(key).collect()
}

/// The newest run of a task.
pub async fn newest_run(tx: &mut dyn Tx, task_id: &str) -> Result<Option<RunRow>, MetaError> {
    tx.query(NEWEST, args![task_id]).await?.first().map(run).transpose()
}

/// The newest completed run of a task of a project, without its result.
pub async fn newest_completed_run(
    tx: &mut dyn Tx,
    project: &str,
    task_id: &str,
) -> Result<Option<RunRow>, MetaError> {
    tx.query(COMPLETED, args![task_id, project]).await?.first().map(run).transpose()
}

/// Which run of a kind is the newest completed one for a dataset version.
pub async fn current_run(
    tx: &mut dyn Tx,
    project: &str,
    template_id: &str,
    input_version: &str,
) -> Result<Option<String>, MetaError> {
    let sql = "SELECT run_id FROM processor_runs WHERE project = $1 AND template_id = $2 AND input_version = $3 AND status = 2 ORDER BY created_ms DESC, n DESC LIMIT 1";
    tx.query(sql, args![project, template_id, input_version])
        .await?
        .first()
        .map(|row| row.text(0))
        .transpose()
}

/// How many runs a task has.
pub async fn count_runs(tx: &mut dyn Tx, task_id: &str) -> Result<u64, MetaError> {
    let rows = tx.query("SELECT COUNT(*) FROM processor_runs WHERE task_id = $1", args![task_id]).await?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

/// One page of the runs of a task, without their results, by number or by name.
pub async fn runs_page(
    tx: &mut dyn Tx,
    task_id: &str,
    (by_name, ascending): (bool, bool),
    (offset, limit): (u64, u64),
) -> Result<Vec<RunRow>, MetaError> {
    let sql = match (by_name, ascending) {
        (false, true) => BY_NUMBER,
        (false, false) => BY_NUMBER_DOWN,
        (true, true) => BY_NAME,
        (true, false) => BY_NAME_DOWN,
    };
    tx.query(sql, args![task_id, limit, offset]).await?.iter().map(run).collect()
}
