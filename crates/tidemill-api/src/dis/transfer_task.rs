//! Dump tasks. Numbers of the OBS destination are JSON integers, those of the others digits in text: one client
//! insists.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `POST …/transfer-tasks/action`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAction {
    /// `start` or `stop`.
    pub action: Option<String>,
    /// The tasks.
    pub tasks: Option<Vec<TaskId>>,
}

/// A task in a [`TaskAction`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskId {
    /// Its id; its name is accepted too.
    pub id: Option<String>,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// 19 characters.
    pub task_id: String,
    /// The task's name.
    pub task_name: String,
    /// STARTING, RUNNING, PAUSED, ABNORMAL, ERROR or DELETE.
    pub state: String,
    /// `OBS`, `MRS`, `DLI`, `DWS` or `CLOUDTABLE`.
    pub destination_type: String,
    /// In ms since the epoch.
    pub create_time: i64,
    /// In ms since the epoch; 0 before the first delivery.
    pub last_transfer_timestamp: i64,
}

/// `GET …/transfer-tasks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskList {
    /// How many tasks the stream has.
    pub total_number: usize,
    /// How many it may have.
    pub quota: usize,
    /// The page.
    pub tasks: Vec<Task>,
}

/// How far one partition is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPartition {
    /// `shardId-…`, under the name one client family reads.
    #[serde(rename = "partitionId")]
    pub partition_id_java: String,
    /// The same again.
    pub partition_id: String,
    /// The task's state.
    pub state: String,
    /// The partition's state.
    pub status: String,
    /// `[low : high]`.
    pub hash_range: String,
    /// `[earliest : next]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number_range: Option<String>,
    /// Always empty.
    pub parent_partitions: String,
    /// In ms since the epoch; 0 before the first delivery.
    pub last_transfer_timestamp: i64,
    /// Number of the last delivered record; -1 before the first.
    pub last_transfer_offset: i64,
    /// Records that were lost to trimming, or could not be encoded and were delivered as they came.
    pub discard: u64,
}

/// `GET …/transfer-tasks/{task_name}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDetail {
    /// The stream.
    pub stream_id: String,
    /// The stream's name.
    pub stream_name: String,
    /// The line of the listing.
    #[serde(flatten)]
    pub task: Task,
    /// Why the task is ABNORMAL or in ERROR. Ours; clients skip it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Failures in a row. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_attempts: Option<u32>,
    /// When an ABNORMAL task tries again, in ms since the epoch. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_retry_timestamp: Option<i64>,
    /// The partitions, ascending.
    pub partitions: Vec<TaskPartition>,
    /// The destination as it was created, without the task's name and without passwords, under every name
    /// that a client reads it by, for example `obs_destination_description`.
    #[serde(flatten)]
    pub descriptions: BTreeMap<String, Value>,
}
