//! The life of a task: begun with its row, noted as it goes on, ended with its dataset's state.

use super::{Counts, FailureReason, TaskFailure, TaskKind, TaskRecord, TaskState};
use crate::error::Activity;
use crate::{DatasetError, DatasetId, DatasetStatus, Datasets};
use std::time::Duration;
use tidemill_meta::dataset::{self as rows, Failure, TaskRow};
use tidemill_meta::{MetaError, Tx};

/// How long to wait before a task's end is written again, if that failed.
const END_AGAIN: Duration = Duration::from_secs(1);

/// A task to be begun.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) id: String,
    pub(crate) kind: TaskKind,
    /// As JSON.
    pub(crate) request: String,
    /// The state its dataset has to be in.
    pub(crate) from: DatasetStatus,
    /// Whether it is the import that its dataset is created with.
    pub(crate) with_creation: bool,
}

impl TaskKind {
    /// The state of a dataset while such a task is at work; `None`: as it is.
    fn dataset_status(self) -> Option<DatasetStatus> {
        match self {
            Self::Import => Some(DatasetStatus::Importing),
            Self::Sync => Some(DatasetStatus::Synchronizing),
            Self::Export => None,
        }
    }
}

impl Datasets {
    /// Writes a task's row and the state of its dataset, in one transaction.
    pub(crate) async fn begin_task(
        &self,
        dataset: &DatasetId,
        begin: Begin,
    ) -> Result<TaskRecord, DatasetError> {
        let (id, now_ms) = (dataset.clone(), self.clock().now_ms());
        let begun = self.meta().tx(move |tx| {
            let (id, begin) = (id.clone(), begin.clone());
            Box::pin(async move { insert(tx, id.as_str(), &begin, now_ms).await })
        });
        Ok(TaskRecord::of(begun.await?)?)
    }

    /// Notes that work on a task begins; an error if its dataset was deleted before it could begin.
    pub(crate) async fn run_task(&self, task_id: &str) -> Result<(), TaskFailure> {
        let (task_id, now_ms) = (task_id.to_owned(), self.clock().now_ms());
        let started = self.meta().tx::<_, MetaError, _>(move |tx| {
            let task_id = task_id.clone();
            Box::pin(async move { rows::start_task(tx, &task_id, TaskState::Running.as_str(), now_ms).await })
        });
        present(started.await?)
    }

    /// Writes a task's end and frees its dataset; tries again until it is written.
    pub(crate) async fn end_task(
        &self,
        task: &TaskRecord,
        kind: TaskKind,
        counts: &Counts,
        failure: Option<&TaskFailure>,
    ) {
        let counts = serde_json::to_string(counts).unwrap_or_default();
        loop {
            let written = self.try_end_task(task, kind, counts.clone(), failure.map(stored)).await;
            let Err(error) = written else { return };
            tracing::warn!(task = %task.id, %error, "the end of a task is not written yet");
            self.clock().sleep(END_AGAIN).await;
        }
    }

    async fn try_end_task(
        &self,
        task: &TaskRecord,
        kind: TaskKind,
        counts: String,
        failure: Option<Failure>,
    ) -> Result<(), MetaError> {
        let (id, dataset, now_ms) = (task.id.clone(), task.dataset.clone(), self.clock().now_ms());
        let ended = self.meta().tx::<_, MetaError, _>(move |tx| {
            let (id, dataset, counts, failure) =
                (id.clone(), dataset.clone(), counts.clone(), failure.clone());
            Box::pin(async move {
                let state = if failure.is_some() { TaskState::Failed } else { TaskState::Completed };
                rows::end_task(tx, &id, state.as_str(), &counts, failure.as_ref(), now_ms).await?;
                if let Some(busy) = kind.dataset_status() {
                    let normal = DatasetStatus::Normal.code();
                    rows::change_dataset_status(tx, &dataset, busy.code(), normal, now_ms).await?;
                }
                Ok(())
            })
        });
        ended.await
    }
}

async fn insert(tx: &mut dyn Tx, dataset: &str, begin: &Begin, now_ms: i64) -> Result<TaskRow, DatasetError> {
    if let Some(busy) = begin.kind.dataset_status() {
        let moved = rows::change_dataset_status(tx, dataset, begin.from.code(), busy.code(), now_ms).await?;
        if !moved {
            return Err(refusal(tx, dataset).await?);
        }
    } else if rows::dataset_by_id(tx, dataset).await?.is_none() {
        return Err(DatasetError::Unknown(dataset.to_owned()));
    }
    let row = TaskRow {
        task_id: begin.id.clone(),
        dataset_id: dataset.to_owned(),
        kind: begin.kind.as_str().to_owned(),
        state: TaskState::Waiting.as_str().to_owned(),
        request: begin.request.clone(),
        counts: "{}".to_owned(),
        created_ms: now_ms,
        started_ms: None,
        updated_ms: now_ms,
        ended_ms: None,
        failure: None,
    };
    if !rows::insert_task(tx, &row).await? {
        return Err(DatasetError::Busy(Activity::Importing));
    }
    if begin.with_creation {
        rows::set_import_task(tx, dataset, &begin.id).await?;
    }
    Ok(row)
}

/// Why a dataset is not in the state it has to be in.
async fn refusal(tx: &mut dyn Tx, dataset: &str) -> Result<DatasetError, MetaError> {
    let Some(row) = rows::dataset_by_id(tx, dataset).await? else {
        return Ok(DatasetError::Unknown(dataset.to_owned()));
    };
    let activity = DatasetStatus::from_code(row.status)?.activity();
    Ok(DatasetError::Busy(activity.unwrap_or(Activity::Importing)))
}

/// Nothing may be done for a task that is gone.
fn present(is: bool) -> Result<(), TaskFailure> {
    if is {
        Ok(())
    } else {
        Err(TaskFailure::new(FailureReason::Internal, "the task was deleted with its dataset"))
    }
}

fn stored(failure: &TaskFailure) -> Failure {
    Failure {
        fault: if failure.reason.is_users() { "user" } else { "system" }.to_owned(),
        code: failure.reason.as_str().to_owned(),
        message: failure.message.clone(),
    }
}

/// How far a task is, kept in its row.
#[derive(Debug)]
pub(crate) struct Progress {
    datasets: Datasets,
    task_id: String,
    pub(crate) counts: Counts,
}

impl Progress {
    pub(crate) fn new(datasets: &Datasets, task_id: &str) -> Self {
        Self { datasets: datasets.clone(), task_id: task_id.to_owned(), counts: Counts::default() }
    }

    /// Writes the numbers; an error if the task is gone with its dataset.
    pub(crate) async fn save(&self) -> Result<(), TaskFailure> {
        let counts = serde_json::to_string(&self.counts)
            .map_err(|e| TaskFailure::new(FailureReason::Internal, e.to_string()))?;
        let (task_id, now_ms) = (self.task_id.clone(), self.datasets.clock().now_ms());
        let saved = self.datasets.meta().tx::<_, MetaError, _>(move |tx| {
            let (task_id, counts) = (task_id.clone(), counts.clone());
            Box::pin(async move { rows::progress_task(tx, &task_id, &counts, now_ms).await })
        });
        present(saved.await?)
    }
}
