//! One dump task as the rest of the crate sees it.

use crate::descriptor::Destination;
use crate::encode::{Columns, RecordTime, Text, Trial, unpack};
use crate::key::time_directory;
use std::sync::Arc;
use tidemill_log::PartitionRef;
use tidemill_meta::dump::TaskRow;
use tidemill_model::{Incarnation, ProjectId, limits};
use tidemill_stream::CompressionFormat;

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

/// What looking at a record needs.
#[derive(Debug)]
pub(crate) struct Room {
    unpacked: Vec<u8>,
    trial: Option<Trial>,
}

/// A task under one of its configurations.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) project: ProjectId,
    pub(crate) stream_id: String,
    pub(crate) stream_name: String,
    pub(crate) incarnation: Incarnation,
    pub(crate) created_ms: i64,
    pub(crate) destination: Destination,
    /// The bucket of the first deliveries, once the task has moved to another one.
    pub(crate) origin: Option<String>,
    /// Where objects go; empty if nothing is delivered to this kind of destination.
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    /// Levels of time directories.
    pub(crate) depth: usize,
    /// How each payload is packed, if it is.
    pub(crate) packed: Option<CompressionFormat>,
    pub(crate) text: Text,
    /// The columns of its files; `None` if they are text.
    pub(crate) columns: Option<Arc<Columns>>,
    pub(crate) record_time: Option<RecordTime>,
    interval_s: i64,
}

impl Task {
    /// Reads a stored task as it is configured now; the error says what is wrong with the row.
    pub(crate) fn from_row(row: &TaskRow) -> Result<Self, String> {
        Self::with_descriptor(row, &row.descriptor)
    }

    /// The same under the configuration whose announced deliveries are not finished, if that is another.
    pub(crate) fn before_change(row: &TaskRow) -> Result<Option<Self>, String> {
        row.previous.as_ref().map(|descriptor| Self::with_descriptor(row, descriptor)).transpose()
    }

    fn with_descriptor(row: &TaskRow, descriptor: &str) -> Result<Self, String> {
        let destination = Destination::from_stored(&row.destination_type, descriptor)?;
        let mut task = Self {
            id: row.task_id.clone(),
            name: row.name.clone(),
            project: ProjectId::parse(&row.project).ok_or("project is no project id")?,
            stream_id: row.stream_id.clone(),
            stream_name: row.stream_name.clone(),
            incarnation: Incarnation::try_from(row.incarnation.clone())?,
            created_ms: row.created_ms,
            origin: row.origin.clone(),
            bucket: String::new(),
            prefix: String::new(),
            depth: 0,
            packed: None,
            text: Text::default(),
            columns: None,
            record_time: None,
            interval_s: limits::DELIVER_INTERVAL_S_DEFAULT,
            destination,
        };
        if let Destination::Obs(obs) = &task.destination {
            task.bucket = obs.bucket().to_owned();
            task.prefix = obs.prefix();
            task.depth = obs.depth();
            task.packed = obs.source.packed()?;
            task.text = Text::parse(&obs.record_delimiter).ok_or("record_delimiter is unknown")?;
            task.columns = obs.source.columns()?.map(Arc::new);
            task.record_time = obs.processing_schema.as_ref().map(RecordTime::parse).transpose()?;
            task.interval_s = obs.deliver_time_interval;
        }
        Ok(task)
    }

    /// Room for [`Task::payload`], for one record after the other.
    pub(crate) fn room(&self) -> Room {
        Room { unpacked: Vec::new(), trial: self.columns.as_deref().map(Columns::trial) }
    }

    /// What a record says, unpacked if it is packed, and the bytes it takes as columns if it becomes some. The
    /// error says why that cannot be had.
    pub(crate) fn payload<'a>(
        &self,
        data: &'a [u8],
        room: &'a mut Room,
    ) -> Result<(&'a [u8], usize), String> {
        let payload = match self.packed {
            None => data,
            Some(format) => {
                unpack(format, data, &mut room.unpacked)?;
                &room.unpacked
            }
        };
        match (&self.columns, &mut room.trial) {
            (Some(columns), Some(trial)) => Ok((payload, columns.check(payload, trial)?)),
            _ => Ok((payload, 0)),
        }
    }

    /// The directory of a payload by its own time, or by `begun_ms` if it has none; `None` if records go by the
    /// time of their file.
    pub(crate) fn directory(&self, payload: &[u8], begun_ms: i64) -> Option<String> {
        let time = self.record_time.as_ref()?;
        Some(time_directory(self.depth, time.of(payload).unwrap_or(begun_ms)))
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
        let interval = self.interval_s.max(1) * 1000;
        let passed = (now_ms - self.created_ms).max(0) / interval;
        self.created_ms + (passed + 1) * interval
    }
}
