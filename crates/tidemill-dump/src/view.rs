//! What callers see of tasks.

use crate::context::Context;
use crate::descriptor::{Destination, DestinationType};
use crate::error::DumpError;
use crate::slot::Slot;
use crate::task::{Task, TaskState};
use tidemill_meta::dump::{PositionRow, TaskRow};
use tidemill_model::PartitionId;

/// Why a task is ABNORMAL, and when it tries again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What failed, with the destination's words.
    pub cause: String,
    /// Failures in a row.
    pub attempts: u32,
    /// When it is tried again, in ms since the epoch.
    pub next_retry_ms: i64,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSummary {
    /// 19 random characters.
    pub task_id: String,
    /// The task's name.
    pub name: String,
    /// Where it is in its life.
    pub state: TaskState,
    /// The kind of its destination.
    pub destination_type: DestinationType,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When something was last delivered, in ms since the epoch; 0 before the first delivery.
    pub last_transfer_ms: i64,
}

/// A page of a listing, names ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPage {
    /// How many tasks the stream has.
    pub total: usize,
    /// The page.
    pub tasks: Vec<TaskSummary>,
}

/// Everything about one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDetail {
    /// The line of the listing.
    pub summary: TaskSummary,
    /// The stream.
    pub stream_id: String,
    /// The stream's name.
    pub stream_name: String,
    /// Where it delivers.
    pub destination: Destination,
    /// Its partitions, ascending.
    pub partitions: Vec<PartitionView>,
    /// While ABNORMAL: the cause and the next try.
    pub trouble: Option<Trouble>,
    /// In ERROR: the reason.
    pub error: Option<String>,
}

/// How far one partition is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionView {
    /// The partition.
    pub id: PartitionId,
    /// Number of the first record that is not delivered.
    pub next: u64,
    /// Number of the last delivered record; -1 before the first.
    pub last_sequence: i64,
    /// When it was delivered, in ms since the epoch; 0 before the first.
    pub last_transfer_ms: i64,
    /// Records lost to trimming, and those that could not be encoded and were kept as they came.
    pub discard: u64,
    /// Objects delivered.
    pub objects: u64,
    /// Bytes delivered.
    pub bytes: u64,
}

fn state(row: &TaskRow, slot: Option<&Slot>) -> Result<TaskState, DumpError> {
    let stored = TaskState::parse(&row.state)
        .ok_or_else(|| DumpError::Unexpected(format!("dump task {}: state {}", row.task_id, row.state)))?;
    let troubled = slot.is_some_and(|s| s.trouble().is_some());
    Ok(if stored == TaskState::Running && troubled { TaskState::Abnormal } else { stored })
}

/// One line of a listing.
pub(crate) async fn summary(
    ctx: &Context,
    row: &TaskRow,
    slot: Option<&Slot>,
) -> Result<TaskSummary, DumpError> {
    let positions = ctx.positions(&row.task_id).await?;
    summary_of(row, slot, &positions)
}

fn summary_of(
    row: &TaskRow,
    slot: Option<&Slot>,
    positions: &[PositionRow],
) -> Result<TaskSummary, DumpError> {
    Ok(TaskSummary {
        task_id: row.task_id.clone(),
        name: row.name.clone(),
        state: state(row, slot)?,
        destination_type: DestinationType::parse(&row.destination_type).ok_or_else(|| {
            DumpError::Unexpected(format!("dump task {}: {}", row.task_id, row.destination_type))
        })?,
        created_ms: row.created_ms,
        last_transfer_ms: positions.iter().map(|p| p.last_ms).max().unwrap_or(0),
    })
}

/// Everything about one task.
pub(crate) async fn detail(
    ctx: &Context,
    row: &TaskRow,
    slot: Option<&Slot>,
) -> Result<TaskDetail, DumpError> {
    let task =
        Task::from_row(row).map_err(|e| DumpError::Unexpected(format!("dump task {}: {e}", row.task_id)))?;
    let positions = ctx.positions(&row.task_id).await?;
    let summary = summary_of(row, slot, &positions)?;
    let trouble = slot.and_then(Slot::trouble).filter(|_| summary.state == TaskState::Abnormal);
    Ok(TaskDetail {
        summary,
        stream_id: task.stream_id,
        stream_name: task.stream_name,
        destination: task.destination,
        partitions: positions.iter().map(partition).collect(),
        trouble,
        error: (!row.cause.is_empty()).then(|| row.cause.clone()),
    })
}

fn partition(p: &PositionRow) -> PartitionView {
    PartitionView {
        id: PartitionId(p.partition),
        next: p.next,
        last_sequence: p.last_seq,
        last_transfer_ms: p.last_ms,
        discard: p.discard,
        objects: p.objects,
        bytes: p.bytes,
    }
}
