//! The tasks themselves.

use super::{Owner, PositionRow, owns, position::insert_position};
use crate::{MetaError, Row, Tx, args};

/// One dump task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// 19 random characters; new at every creation.
    pub task_id: String,
    /// The stream's project.
    pub project: String,
    /// The stream.
    pub stream_id: String,
    /// The stream's name.
    pub stream_name: String,
    /// The stream's incarnation in the log.
    pub incarnation: String,
    /// The task's name, unique in the stream.
    pub name: String,
    /// RUNNING, PAUSED, ERROR or DELETE.
    pub state: String,
    /// Why it is in ERROR; else empty.
    pub cause: String,
    /// The fence.
    pub epoch: i64,
    /// The destination as JSON.
    pub descriptor: String,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// Digest of the ledger head last written to the bucket; empty before the first.
    pub head: String,
    /// OBS, MRS, DLI, DWS or CLOUDTABLE.
    pub destination_type: String,
    /// The destination under which deliveries were announced that are not finished yet, if it is another.
    pub previous: Option<String>,
    /// The bucket of the first deliveries, once the task has moved to another one.
    pub origin: Option<String>,
    /// Name of the agency that the destination names.
    pub agency: String,
}

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is there.
    Done,
    /// The stream has a task of that name.
    NameTaken,
    /// The stream has as many tasks as it may.
    QuotaFull,
}

const SELECT_STREAM: &str = "SELECT task_id, project, stream_id, stream_name, incarnation, name, state, cause, epoch, descriptor, created_ms, head, destination_type, previous, origin, agency FROM dump_tasks WHERE stream_id = $1 ORDER BY name";
const SELECT_ALL: &str = "SELECT task_id, project, stream_id, stream_name, incarnation, name, state, cause, epoch, descriptor, created_ms, head, destination_type, previous, origin, agency FROM dump_tasks ORDER BY task_id";
const SELECT_ONE: &str = "SELECT task_id, project, stream_id, stream_name, incarnation, name, state, cause, epoch, descriptor, created_ms, head, destination_type, previous, origin, agency FROM dump_tasks WHERE task_id = $1";

fn task(row: &Row) -> Result<TaskRow, MetaError> {
    Ok(TaskRow {
        task_id: row.text(0)?,
        project: row.text(1)?,
        stream_id: row.text(2)?,
        stream_name: row.text(3)?,
        incarnation: row.text(4)?,
        name: row.text(5)?,
        state: row.text(6)?,
        cause: row.text(7)?,
        epoch: row.int(8)?,
        descriptor: row.text(9)?,
        created_ms: row.int(10)?,
        head: row.text(11)?,
        destination_type: row.text(12)?,
        previous: row.text_or_null(13)?,
        origin: row.text_or_null(14)?,
        agency: row.text(15)?,
    })
}

/// Adds a task with the positions it starts from, unless the name is taken or the stream has `quota` tasks.
pub async fn insert_task(
    tx: &mut dyn Tx,
    task: &TaskRow,
    positions: &[PositionRow],
    quota: usize,
) -> Result<Inserted, MetaError> {
    let present = tasks_of(tx, &task.stream_id).await?;
    if present.iter().any(|t| t.name == task.name) {
        return Ok(Inserted::NameTaken);
    }
    if present.len() >= quota {
        return Ok(Inserted::QuotaFull);
    }
    tx.execute(
        "INSERT INTO dump_tasks (task_id, project, stream_id, stream_name, incarnation, name, state, cause, epoch, descriptor, created_ms, head, destination_type, previous, origin, agency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            &task.task_id, &task.project, &task.stream_id, &task.stream_name, &task.incarnation, &task.name,
            &task.state, &task.cause, task.epoch, &task.descriptor, task.created_ms, &task.head,
            &task.destination_type, task.previous.clone(), task.origin.clone(), &task.agency,
        ],
    )
    .await?;
    for position in positions {
        insert_position(tx, &task.task_id, position).await?;
    }
    Ok(Inserted::Done)
}

/// The tasks of a stream, names ascending.
pub async fn tasks_of(tx: &mut dyn Tx, stream_id: &str) -> Result<Vec<TaskRow>, MetaError> {
    tx.query(SELECT_STREAM, args![stream_id]).await?.iter().map(task).collect()
}

/// Every task.
pub async fn all_tasks(tx: &mut dyn Tx) -> Result<Vec<TaskRow>, MetaError> {
    tx.query(SELECT_ALL, vec![]).await?.iter().map(task).collect()
}

/// The task with this id.
pub async fn find_task(tx: &mut dyn Tx, task_id: &str) -> Result<Option<TaskRow>, MetaError> {
    tx.query(SELECT_ONE, args![task_id]).await?.first().map(task).transpose()
}

/// Moves a task that is not being deleted into `state` under a new epoch, which ends every owner. The new
/// owner and the task as it is then; `None` if there is no such task, or it is being deleted.
pub async fn change_state(
    tx: &mut dyn Tx,
    task_id: &str,
    state: &str,
    cause: &str,
) -> Result<Option<(Owner, TaskRow)>, MetaError> {
    let sql = "UPDATE dump_tasks SET state = $2, cause = $3, epoch = epoch + 1 WHERE task_id = $1 AND state <> 'DELETE'";
    let changed = tx.execute(sql, args![task_id, state, cause]).await? == 1;
    if changed { owned(tx, task_id).await } else { Ok(None) }
}

/// Makes the caller the owner of a task in `state`. `None` if it is not in that state.
pub async fn claim(
    tx: &mut dyn Tx,
    task_id: &str,
    state: &str,
) -> Result<Option<(Owner, TaskRow)>, MetaError> {
    let sql = "UPDATE dump_tasks SET epoch = epoch + 1 WHERE task_id = $1 AND state = $2";
    let claimed = tx.execute(sql, args![task_id, state]).await? == 1;
    if claimed { owned(tx, task_id).await } else { Ok(None) }
}

/// The owner gives the task up for a reason that only a person can remove.
pub async fn fail_task(tx: &mut dyn Tx, owner: &Owner, cause: &str) -> Result<bool, MetaError> {
    let sql = "UPDATE dump_tasks SET state = 'ERROR', cause = $3, epoch = epoch + 1 WHERE task_id = $1 AND epoch = $2";
    Ok(tx.execute(sql, args![&owner.task_id, owner.epoch, cause]).await? == 1)
}

/// The task's row and the owner that has its present epoch.
pub(super) async fn owned(tx: &mut dyn Tx, task_id: &str) -> Result<Option<(Owner, TaskRow)>, MetaError> {
    let row = find_task(tx, task_id).await?;
    Ok(row.map(|row| (Owner { task_id: row.task_id.clone(), epoch: row.epoch }, row)))
}

/// Notes the ledger head that is in the bucket now and forgets the upload that wrote it.
pub async fn set_head(
    tx: &mut dyn Tx,
    owner: &Owner,
    head: &str,
    upload_row: &str,
) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    tx.execute("UPDATE dump_tasks SET head = $2 WHERE task_id = $1", args![&owner.task_id, head]).await?;
    super::forget_upload(tx, upload_row).await?;
    Ok(true)
}

/// Removes the task's row; its name is free from then on. What else it had is left to [`sweep_rows`].
pub async fn delete_task(tx: &mut dyn Tx, owner: &Owner) -> Result<bool, MetaError> {
    let sql = "DELETE FROM dump_tasks WHERE task_id = $1 AND epoch = $2";
    Ok(tx.execute(sql, args![&owner.task_id, owner.epoch]).await? == 1)
}

/// Ids of deleted tasks that still have rows or uploads.
pub async fn leftovers(tx: &mut dyn Tx) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT task_id FROM (SELECT DISTINCT task_id FROM dump_positions UNION SELECT DISTINCT task_id FROM dump_uploads) AS seen WHERE task_id NOT IN (SELECT task_id FROM dump_tasks) ORDER BY task_id";
    tx.query(sql, vec![]).await?.iter().map(|row| row.text(0)).collect()
}

/// Removes up to `batch` ledger rows of a deleted task and, once there are none, the rest. True when nothing
/// but uploads is left.
pub async fn sweep_rows(tx: &mut dyn Tx, task_id: &str, batch: u32) -> Result<bool, MetaError> {
    let sql = "DELETE FROM dump_ledger WHERE task_id = $1 AND (partition_no, n) IN (SELECT partition_no, n FROM dump_ledger WHERE task_id = $1 ORDER BY partition_no, n LIMIT $2)";
    if tx.execute(sql, args![task_id, batch]).await? > 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM dump_intents WHERE task_id = $1", args![task_id]).await?;
    tx.execute("DELETE FROM dump_positions WHERE task_id = $1", args![task_id]).await?;
    Ok(true)
}
