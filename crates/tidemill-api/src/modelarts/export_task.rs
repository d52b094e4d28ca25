//! Bodies of the calls on exports.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Asks for an export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExportTaskRequest {
    /// The directory to write to; required.
    pub path: Option<String>,
    /// 0 labeled, 1 unlabeled, 2 all (default), 3 what a search finds.
    pub export_type: Option<Value>,
    /// 1: a directory for each label; 2 (default): label files beside the samples.
    pub export_format: Option<Value>,
    /// `VOC` (default) or `COCO`; this server also knows `YOLO`.
    pub annotation_format: Option<String>,
    /// A version to export instead of the present samples.
    pub version_id: Option<String>,
    /// `obs://` (default) or `s3://` in written files.
    pub source_type_header: Option<String>,
    /// Echoed.
    pub version_format: Option<Value>,
    /// Only samples in this state.
    pub sample_state: Option<String>,
    /// The other parameters.
    pub export_params: Option<ExportParams>,
}

/// The other parameters of an export, in answers filled with the defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExportParams {
    /// Whether marks of hard examples are left out; default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_hard_property: Option<bool>,
    /// In answers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_difficult: Option<bool>,
    /// Echoed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_dataset_version_format: Option<String>,
    /// Echoed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_dataset_version_name: Option<String>,
    /// `DIR` (default) or `NEW_DATASET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_dest: Option<String>,
    /// The name of the new dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_new_dataset_name: Option<String>,
    /// The work path of the new dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_new_dataset_work_path: Option<String>,
    /// Whether samples are split for training and evaluation; default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio_sample_usage: Option<bool>,
    /// Only samples in this state; empty: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_state: Option<String>,
    /// Only these samples, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<Vec<String>>,
    /// What the samples fulfil at least one of, for type 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_conditions: Option<Vec<Value>>,
    /// The share for training, text or number; default 1.00, in answers a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_sample_ratio: Option<Value>,
}

/// One export. Times are in ms since the epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExportTask {
    /// Its id.
    pub task_id: String,
    /// `INIT`, `RUNNING`, `FAILED` or `SUCCESSED`.
    pub status: String,
    /// The directory, as it was sent.
    pub path: String,
    /// When it was asked for.
    pub create_time: i64,
    /// Its last change.
    pub update_time: i64,
    /// 0 to 3.
    pub export_type: u8,
    /// 1 or 2.
    pub export_format: u8,
    /// With the defaults.
    pub export_params: ExportParams,
    /// Samples to be written.
    pub total_sample_count: u64,
    /// Samples that were written.
    pub finished_sample_count: u64,
    /// Per cent.
    pub progress: f64,
    /// What the request said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_format: Option<Value>,
    /// The version that is exported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
}

/// A page of exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportTaskList {
    /// All that the query finds.
    pub total_count: u64,
    /// Newest first.
    pub export_tasks: Vec<ExportTask>,
}
