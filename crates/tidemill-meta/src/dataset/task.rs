//! Imports, synchronisations and exports of datasets.

use crate::{MetaError, Row, Tx, args};

/// Long work on a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Its id, never reused.
    pub task_id: String,
    /// Its dataset.
    pub dataset_id: String,
    /// `import`, `sync` or `export`.
    pub kind: String,
    /// As the API shows it.
    pub state: String,
    /// What is to be done, as JSON.
    pub request: String,
    /// How far it is, as JSON.
    pub counts: String,
    /// Milliseconds since the epoch, as all times here.
    pub created_ms: i64,
    /// When its work began for the first time.
    pub started_ms: Option<i64>,
    /// Its last change.
    pub updated_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `user` or `system`.
    pub fault: String,
    /// The API's code.
    pub code: String,
    /// For a person.
    pub message: String,
}

fn task(row: &Row) -> Result<TaskRow, MetaError> {
    let failure = match (row.text_or_null(10)?, row.text_or_null(11)?, row.text_or_null(12)?) {
        (Some(fault), Some(code), Some(message)) => Some(Failure { fault, code, message }),
        _ => None,
    };
    Ok(TaskRow {
        task_id: row.text(0)?,
        dataset_id: row.text(1)?,
        kind: row.text(2)?,
        state: row.text(3)?,
        request: row.text(4)?,
        counts: row.text(5)?,
        created_ms: row.int(6)?,
        started_ms: row.int_or_null(7)?,
        updated_ms: row.int(8)?,
        ended_ms: row.int_or_null(9)?,
        failure,
    })
}

/// Adds a task; `false` if the dataset has an import or synchronisation that is not over and this is one, too.
pub async fn insert_task(tx: &mut dyn Tx, t: &TaskRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO dataset_tasks (task_id, dataset_id, kind, state, request, counts, created_ms, updated_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING";
    let args = args![&t.task_id, &t.dataset_id, &t.kind, &t.state, &t.request, &t.counts, t.created_ms];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Notes that the work on a task begins; `false` if it is over or gone.
pub async fn start_task(tx: &mut dyn Tx, task_id: &str, state: &str, now_ms: i64) -> Result<bool, MetaError> {
    let sql = "UPDATE dataset_tasks SET state = $2, updated_ms = $3, started_ms = COALESCE(started_ms, $3) \
               WHERE task_id = $1 AND ended_ms IS NULL";
    Ok(tx.execute(sql, args![task_id, state, now_ms]).await? == 1)
}

/// Notes how far a task is; `false` if it is over or gone.
pub async fn progress_task(
    tx: &mut dyn Tx,
    task_id: &str,
    counts: &str,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let sql = "UPDATE dataset_tasks SET counts = $2, updated_ms = $3 WHERE task_id = $1 AND ended_ms IS NULL";
    Ok(tx.execute(sql, args![task_id, counts, now_ms]).await? == 1)
}

/// Ends a task; `false` if it is over or gone.
pub async fn end_task(
    tx: &mut dyn Tx,
    task_id: &str,
    state: &str,
    counts: &str,
    failure: Option<&Failure>,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let sql = "UPDATE dataset_tasks SET state = $2, counts = $3, updated_ms = $4, ended_ms = $4, fault = $5, \
               error_code = $6, error_msg = $7 WHERE task_id = $1 AND ended_ms IS NULL";
    let args = args![
        task_id,
        state,
        counts,
        now_ms,
        failure.map(|f| f.fault.clone()),
        failure.map(|f| f.code.clone()),
        failure.map(|f| f.message.clone()),
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// One task of a dataset.
pub async fn find_task(
    tx: &mut dyn Tx,
    dataset_id: &str,
    kind: &str,
    task_id: &str,
) -> Result<Option<TaskRow>, MetaError> {
    let sql = "SELECT task_id, dataset_id, kind, state, request, counts, created_ms, started_ms, updated_ms, ended_ms, \
               fault, error_code, error_msg FROM dataset_tasks WHERE task_id = $3 AND dataset_id = $1 AND kind = $2";
    tx.query(sql, args![dataset_id, kind, task_id]).await?.first().map(task).transpose()
}

/// A page of a dataset's tasks of one kind, newest first.
pub async fn tasks_page(
    tx: &mut dyn Tx,
    dataset_id: &str,
    kind: &str,
    offset: u64,
    limit: u64,
) -> Result<Vec<TaskRow>, MetaError> {
    let sql = "SELECT task_id, dataset_id, kind, state, request, counts, created_ms, started_ms, updated_ms, ended_ms, \
               fault, error_code, error_msg FROM dataset_tasks WHERE dataset_id = $1 AND kind = $2 \
               ORDER BY created_ms DESC, task_id DESC LIMIT $4 OFFSET $3";
    tx.query(sql, args![dataset_id, kind, offset, limit]).await?.iter().map(task).collect()
}

/// How many tasks of one kind a dataset has.
pub async fn count_tasks(tx: &mut dyn Tx, dataset_id: &str, kind: &str) -> Result<u64, MetaError> {
    let sql = "SELECT COUNT(*) FROM dataset_tasks WHERE dataset_id = $1 AND kind = $2";
    tx.query(sql, args![dataset_id, kind]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Every task that is not over, oldest first.
pub async fn unfinished_tasks(tx: &mut dyn Tx) -> Result<Vec<TaskRow>, MetaError> {
    let sql = "SELECT task_id, dataset_id, kind, state, request, counts, created_ms, started_ms, updated_ms, ended_ms, \
               fault, error_code, error_msg FROM dataset_tasks WHERE ended_ms IS NULL ORDER BY created_ms, task_id";
    tx.query(sql, vec![]).await?.iter().map(task).collect()
}

/// The tasks of a dataset that are not over, oldest first.
pub async fn running_tasks(tx: &mut dyn Tx, dataset_id: &str) -> Result<Vec<TaskRow>, MetaError> {
    let sql = "SELECT task_id, dataset_id, kind, state, request, counts, created_ms, started_ms, updated_ms, ended_ms, \
               fault, error_code, error_msg FROM dataset_tasks WHERE dataset_id = $1 AND ended_ms IS NULL \
               ORDER BY created_ms, task_id";
    tx.query(sql, args![dataset_id]).await?.iter().map(task).collect()
}

/// When the tasks of a dataset that lived at some time until `end_ms` were created, begun and ended, and whose
/// fault it was if one failed: the newest `limit` of them, oldest first.
pub async fn task_times(
    tx: &mut dyn Tx,
    dataset_id: &str,
    end_ms: i64,
    limit: u64,
) -> Result<Vec<TaskTimes>, MetaError> {
    let sql = "SELECT created_ms, started_ms, ended_ms, fault FROM dataset_tasks WHERE dataset_id = $1 AND created_ms <= $2 \
               ORDER BY created_ms DESC LIMIT $3";
    let rows = tx.query(sql, args![dataset_id, end_ms, limit]).await?;
    let times = rows.iter().rev().map(|row| {
        Ok(TaskTimes {
            created_ms: row.int(0)?,
            started_ms: row.int_or_null(1)?,
            ended_ms: row.int_or_null(2)?,
            fault: row.text_or_null(3)?,
        })
    });
    times.collect()
}

/// The life of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskTimes {
    /// Milliseconds since the epoch, as the others.
    pub created_ms: i64,
    /// When its work began.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Whose fault it is that it failed.
    pub fault: Option<String>,
}

/// Removes all tasks of a dataset.
pub async fn delete_tasks(tx: &mut dyn Tx, dataset_id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_tasks WHERE dataset_id = $1", args![dataset_id]).await.map(drop)
}
