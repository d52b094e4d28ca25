//! One dump task as the rest of the crate sees it.

use crate::descriptor::ObsDestination;
use crate::encode::{RecordTime, Text};
use tidemill_log::PartitionRef;
use tidemill_meta::dump::TaskRow;
use tidemill_model::{Incarnation, ProjectId};

/// Where a task is in its life, in the contract's words. STARTING is passed before any answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Delivering.
    Running,
    /// Stopped by the user; keeps its position.
    Paused,
    /// Running, but the destination fails; tried again with back-off.
    Abnormal,
    /// Stopped for a reason that needs a person; start tries again.
    Error,
    /// Being deleted.
    Delete,
}

impl TaskState {
    /// The word on the wire and, ABNORMAL apart, in the metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Abnormal => "ABNORMAL",
            Self::Error => "ERROR",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Error, Self::Delete].into_iter().find(|s| s.as_str() == text)
    }
}

/// What of a task never changes.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) project: ProjectId,
    pub(crate) stream_id: String,
    pub(crate) stream_name: String,
    pub(crate) incarnation: Incarnation,
    pub(crate) created_ms: i64,
    pub(crate) destination: ObsDestination,
    pub(crate) prefix: String,
    pub(crate) text: Text,
    pub(crate) record_time: Option<RecordTime>,
}

impl Task {
    /// Reads a stored task; the error says what is wrong with the row.
    pub(crate) fn from_row(row: &TaskRow) -> Result<Self, String> {
        let destination: ObsDestination =
            serde_json::from_str(&row.descriptor).map_err(|e| format!("descriptor: {e}"))?;
        Ok(Self {
            id: row.task_id.clone(),
            name: row.name.clone(),
            project: ProjectId::parse(&row.project).ok_or("project is no project id")?,
            stream_id: row.stream_id.clone(),
            stream_name: row.stream_name.clone(),
            incarnation: Incarnation::try_from(row.incarnation.clone())?,
            created_ms: row.created_ms,
            prefix: destination.prefix(),
            text: Text::parse(&destination.record_delimiter).ok_or("record_delimiter is unknown")?,
            record_time: destination.processing_schema.as_ref().map(RecordTime::parse).transpose()?,
            destination,
        })
    }

    /// The reference of one of its partitions in the record log.
    pub(crate) fn partition_ref(&self, partition: u32) -> PartitionRef {
        PartitionRef { incarnation: self.incarnation, partition }
    }

    /// Under which name it holds undelivered records in the record log.
    pub(crate) fn holder(&self) -> String {
        format!("dump/{}", self.id)
    }

    /// The first flush after `now_ms`: whole intervals since the creation, so a restart does not shift them.
    pub(crate) fn next_flush_ms(&self, now_ms: i64) -> i64 {
        let interval = self.destination.deliver_time_interval.max(1) * 1000;
        let passed = (now_ms - self.created_ms).max(0) / interval;
        self.created_ms + (passed + 1) * interval
    }
}
