//! Bodies of the calls on versions of datasets.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Publishes a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateVersion {
    /// 1 to 32 letters, digits, `_`, `-`; `V001`, `V002`… if absent.
    pub version_name: Option<String>,
    /// `Default`, or `CSV` for tables.
    pub version_format: Option<String>,
    /// At most 256 characters.
    pub description: Option<String>,
    /// The share for training, 0 to 1 as text (a number is read as well); `1.00` if absent.
    pub train_evaluate_sample_ratio: Option<Value>,
    /// Whether earlier usage of samples is cleared; true if absent.
    pub remove_sample_usage: Option<bool>,
    /// Whether marks of hard examples are left out; true if absent.
    pub clear_hard_property: Option<bool>,
    /// Whether samples are copied below the version.
    pub export_images: Option<bool>,
    /// Whether files of tables begin with the names of their columns; true if absent.
    pub with_column_header: Option<bool>,
}

/// A version was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVersionResponse {
    /// Its id.
    pub version_id: String,
}

/// How often a version has a label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelStats {
    /// Its name.
    pub name: String,
    /// What it says.
    #[serde(rename = "type")]
    pub kind: i64,
    /// `@modelarts:color` and so on.
    pub property: Map<String, Value>,
    /// Attributes of annotations with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Value>,
    /// Annotations with it.
    pub count: u64,
    /// Samples with it.
    pub sample_count: u64,
}

/// A version of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DatasetVersion {
    /// Its id.
    pub version_id: String,
    /// Its name.
    pub version_name: String,
    /// `Default` or `CSV`.
    pub version_format: String,
    /// 0 being made, 1 normal, 4 failed.
    pub status: i64,
    /// Why it failed, or which objects had changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Free text.
    pub description: String,
    /// Whether it is the dataset's current version.
    pub is_current: bool,
    /// The version that was current before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_version_id: Option<String>,
    /// When it was asked for, in ms since the epoch.
    pub create_time: i64,
    /// When it last changed, in ms since the epoch.
    pub update_time: i64,
    /// What the samples are.
    pub task_type: i64,
    /// Its manifest, `/bucket/key`.
    pub manifest_path: String,
    /// Copies of its samples, `/bucket/key/`, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_path: Option<String>,
    /// The share for training, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_evaluate_sample_ratio: Option<String>,
    /// Whether earlier usage of samples was cleared.
    pub remove_sample_usage: bool,
    /// Whether marks of hard examples were left out.
    pub clear_hard_property: bool,
    /// Whether samples were copied.
    pub export_images: bool,
    /// Whether files of tables begin with the names of their columns; tables only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_column_header: Option<bool>,
    /// What is in it, once it is made.
    #[serde(flatten)]
    pub content: Option<VersionContent>,
    /// The feature analysis that ran last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis_task_id: Option<String>,
    /// Its state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis_status: Option<i64>,
    /// Where its result is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis_cache_path: Option<String>,
    /// Its result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_analysis: Option<Value>,
    /// The processing task that made the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor_task_id: Option<String>,
    /// Its state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor_task_status: Option<i64>,
}

/// What is in a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VersionContent {
    /// Samples.
    pub total_sample_count: u64,
    /// Samples with labels.
    pub annotated_sample_count: u64,
    /// Key frames of videos.
    pub total_sub_sample_count: u64,
    /// Key frames with labels.
    pub annotated_sub_sample_count: u64,
    /// Samples of the version before.
    pub previous_total_sample_count: u64,
    /// Samples with labels of the version before.
    pub previous_annotated_sample_count: u64,
    /// Samples the version before does not have.
    pub add_sample_count: u64,
    /// Samples that differ from the version before.
    pub modified_sample_count: u64,
    /// Samples only the version before has.
    pub deleted_sample_count: u64,
    /// `single`, `multi` or `unlabeled`.
    pub label_type: String,
    /// The dataset's labels with their counts.
    pub label_stats: Vec<LabelStats>,
}

/// A page of versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VersionList {
    /// How many there are in all.
    pub total_number: u64,
    /// The versions.
    pub versions: Vec<DatasetVersion>,
}
