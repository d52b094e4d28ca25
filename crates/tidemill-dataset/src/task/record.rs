//! What is kept of long work.

use super::{Counts, FailureReason, TaskFailure};
use crate::{DatasetError, DatasetId, Datasets};
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, TaskRow};

/// What kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Samples into a dataset.
    Import,
    /// A dataset follows its input path.
    Sync,
    /// Samples out of a dataset.
    Export,
}

impl TaskKind {
    /// The word that is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Sync => "sync",
            Self::Export => "export",
        }
    }

    /// Reads the word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Import, Self::Sync, Self::Export].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Accepted.
    Waiting,
    /// At work.
    Running,
    /// Done.
    Completed,
    /// Failed.
    Failed,
}

impl TaskState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Completed, Self::Failed];

    /// The word that is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// A task of a dataset. Times are in ms since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRecord {
    /// Its id.
    pub id: String,
    /// Its dataset.
    pub dataset: String,
    /// How far it is.
    pub state: TaskState,
    /// What is to be done, as JSON.
    pub request: String,
    /// Its numbers.
    pub counts: Counts,
    /// When it was asked for.
    pub created_ms: i64,
    /// Its last change.
    pub updated_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Why it failed.
    pub failure: Option<TaskFailure>,
}

/// Some tasks of a dataset, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskPage {
    /// All of the dataset and kind.
    pub total: u64,
    /// Those of the page.
    pub tasks: Vec<TaskRecord>,
}

impl TaskRecord {
    pub(crate) fn of(row: TaskRow) -> Result<Self, MetaError> {
        let broken = |what: &str| MetaError::Unexpected(format!("{what} of task {}", row.task_id));
        let state = TaskState::ALL.into_iter().find(|state| state.as_str() == row.state);
        let failure = row.failure.as_ref().map(|failure| {
            let reason = FailureReason::parse(&failure.code).ok_or_else(|| broken("the failure"))?;
            Ok::<_, MetaError>(TaskFailure::new(reason, failure.message.clone()))
        });
        Ok(Self {
            state: state.ok_or_else(|| broken("the state"))?,
            counts: serde_json::from_str(&row.counts).map_err(|_| broken("the counts"))?,
            failure: failure.transpose()?,
            id: row.task_id,
            dataset: row.dataset_id,
            request: row.request,
            created_ms: row.created_ms,
            updated_ms: row.updated_ms,
            ended_ms: row.ended_ms,
        })
    }

    /// Seconds since it was asked for, until it ended.
    pub fn elapsed_s(&self, now_ms: i64) -> i64 {
        (self.ended_ms.unwrap_or(now_ms) - self.created_ms).max(0) / 1000
    }
}

impl Datasets {
    /// One task of a dataset; `None` if there is none.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn task(
        &self,
        dataset: &DatasetId,
        kind: TaskKind,
        task_id: &str,
    ) -> Result<Option<TaskRecord>, DatasetError> {
        let (id, task_id) = (dataset.clone(), task_id.to_owned());
        let row = self.meta().read::<_, MetaError, _>(move |tx| {
            let (id, task_id) = (id.clone(), task_id.clone());
            Box::pin(async move { rows::find_task(tx, id.as_str(), kind.as_str(), &task_id).await })
        });
        Ok(row.await?.map(TaskRecord::of).transpose()?)
    }

    /// A page of a dataset's tasks of one kind, newest first.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn tasks(
        &self,
        dataset: &DatasetId,
        kind: TaskKind,
        offset: u64,
        limit: u64,
    ) -> Result<TaskPage, DatasetError> {
        let id = dataset.clone();
        let read = self.meta().read::<_, MetaError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                let total = rows::count_tasks(tx, id.as_str(), kind.as_str()).await?;
                Ok((total, rows::tasks_page(tx, id.as_str(), kind.as_str(), offset, limit).await?))
            })
        });
        let (total, page) = read.await?;
        let tasks = page.into_iter().map(TaskRecord::of).collect::<Result<_, _>>()?;
        Ok(TaskPage { total, tasks })
    }
}
