//! Bodies of the calls on imports and synchronisations.

use super::dataset::DataSource;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Asks for an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportTaskRequest {
    /// A directory, or a manifest; required.
    pub import_path: Option<String>,
    /// `dir` (default) or `manifest`.
    pub import_type: Option<String>,
    /// Whether labels are read; default true.
    pub import_annotations: Option<bool>,
    /// Whether samples are added; false: only labels of samples that are there. Default true.
    pub import_samples: Option<bool>,
    /// Whether the labels count as confirmed; default true.
    pub final_annotation: Option<bool>,
    /// Only objects marked as difficult; default false.
    pub difficult_only: Option<bool>,
    /// Only these labels: objects with a `name`, or names.
    pub included_labels: Option<Vec<Value>>,
    /// Not these labels: objects with a `name`, or names.
    pub excluded_labels: Option<Vec<Value>>,
    /// The directory below the dataset's input path that objects from elsewhere are copied to.
    pub import_folder: Option<String>,
    /// `obs`; the other documented origins are not offered.
    pub import_origin: Option<String>,
    /// How text and labels are told apart.
    pub label_format: Option<LabelFormat>,
    /// Whether the first row of a table names its columns; default false.
    pub with_column_header: Option<bool>,
    /// Where a table comes from; echoed.
    pub data_source: Option<DataSource>,
}

/// How labels of text are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelFormat {
    /// `0`: in a file of their own; `1` (default): behind the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_type: Option<String>,
    /// Between two labels; default `,`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_label_separator: Option<String>,
    /// Between a text and its labels; default tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_sample_separator: Option<String>,
}

/// The id of a task that was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskId {
    /// Its id.
    pub task_id: String,
}

/// One import. Times are in ms since the epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportTask {
    /// `<dataset id>_<19 characters>`.
    pub task_id: String,
    /// The dataset.
    pub dataset_id: String,
    /// `QUEUING`, `STARTING`, `RUNNING`, `COMPLETED` or `FAILED`.
    pub status: String,
    /// 0 directory, 1 manifest.
    pub import_type: u8,
    /// `obs://bucket/key`.
    pub import_path: String,
    /// When it was asked for.
    pub create_time: i64,
    /// Its last change.
    pub update_ms: i64,
    /// Seconds since it was asked for, until it ended.
    pub elapsed_time: i64,
    /// Samples that were found so far.
    pub total_sample_count: u64,
    /// Samples that are in the dataset.
    pub imported_sample_count: u64,
    /// Samples that got labels.
    pub annotated_sample_count: u64,
    /// Samples whose labels wait for confirmation.
    pub unconfirmed_sample_count: u64,
    /// Key frames that were found.
    pub total_sub_sample_count: u64,
    /// Key frames that are in the dataset.
    pub imported_sub_sample_count: u64,
    /// Objects to be copied that were found so far.
    pub total_file_count: u64,
    /// Objects that were copied.
    pub finished_file_count: u64,
    /// Their bytes.
    pub total_file_size: u64,
    /// Bytes that were copied.
    pub finished_file_size: u64,
    /// The same once more.
    pub file_statistics: FileStatistics,
    /// What the request said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_source: Option<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Why it failed, or what was left out of a completed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
}

/// Copied objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatistics {
    /// Objects that were copied.
    pub file_num_finished: u64,
    /// Objects to be copied.
    pub file_num_total: u64,
    /// Bytes that were copied.
    pub file_size_finished: u64,
    /// Bytes to be copied.
    pub file_size_total: u64,
}

/// A page of imports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportTaskList {
    /// All of the dataset.
    pub total_count: u64,
    /// Newest first.
    pub import_tasks: Vec<ImportTask>,
}

/// The latest synchronisation. Without one all but `status`, which is `NOT_EXIST`, is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncState {
    /// `QUEUING`, `STARTING`, `RUNNING`, `COMPLETED`, `FAILED` or `NOT_EXIST`.
    pub status: String,
    /// The dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_id: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// When it was asked for, in ms since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<i64>,
    /// Seconds until it ended, or until now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_time: Option<i64>,
    /// New samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_sample_count: Option<u64>,
    /// Samples whose object has vanished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_sample_count: Option<u64>,
    /// Samples in the input path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_sample_count: Option<u64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Why it failed, or what was left out of a completed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
}
