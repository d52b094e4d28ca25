//! Bodies of the calls on datasets.

use super::import_task::LabelFormat;
use super::property;
use super::version::DatasetVersion;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Makes a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateDataset {
    /// 1 to 100 letters, digits, `_`, `-`.
    pub dataset_name: Option<String>,
    /// What its samples are; 0 if absent.
    pub dataset_type: Option<i64>,
    /// At most 256 characters.
    pub description: Option<String>,
    /// Where samples come from: exactly one.
    pub data_sources: Option<Vec<DataSource>>,
    /// Below which the dataset gets its directory.
    pub work_path: Option<String>,
    /// 0: an object store.
    pub work_path_type: Option<i64>,
    /// Id of the workspace, `0` if absent.
    pub workspace_id: Option<String>,
    /// Whether labels beside the samples are read; true if absent.
    pub import_annotations: Option<bool>,
    /// Labels to begin with.
    pub labels: Option<Vec<Label>>,
    /// Columns of a table.
    pub schema: Option<Vec<Field>>,
    /// Whether the server is to manage the objects of a table.
    pub managed: Option<bool>,
    /// Whether a table is imported at once; true if absent.
    pub import_data: Option<bool>,
    /// How text and labels are told apart.
    pub label_format: Option<LabelFormat>,
    /// `Default` or `CarbonData`.
    pub data_format: Option<String>,
}

/// A column of a table. As all parts of a definition it is shown as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_id: Option<i64>,
    /// Its type, for example `STRING`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Where samples come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// 0: an object store; 0 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type: Option<i64>,
    /// `/bucket/directory/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_path: Option<String>,
    /// How columns of the source are called in the dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_maps: Option<Vec<SchemaMap>>,
    /// Whether the first row of a table names its columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_column_header: Option<bool>,
}

/// A column under another name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaMap {
    /// Its name in the dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dest_name: Option<String>,
    /// Its name in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_name: Option<String>,
}

/// A label of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says; the dataset's own type if absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<i64>,
    /// `@modelarts:color` and so on.
    #[serde(
        default,
        deserialize_with = "property::object::<_, property::LabelProperty>",
        skip_serializing_if = "Option::is_none"
    )]
    pub property: Option<Map<String, Value>>,
    /// Attributes of annotations with it.
    #[serde(
        default,
        deserialize_with = "property::objects::<_, property::LabelAttribute>",
        skip_serializing_if = "Option::is_none"
    )]
    pub attributes: Option<Vec<Value>>,
}

/// A dataset was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateDatasetResponse {
    /// Its id.
    pub dataset_id: String,
    /// The import that was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_task_id: Option<String>,
}

/// A dataset as lists and details show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// Its id.
    pub dataset_id: String,
    /// Its name.
    pub dataset_name: String,
    /// What its samples are.
    pub dataset_type: i64,
    /// 0 files, 1 a table.
    pub dataset_format: i64,
    /// `Default` or `CarbonData`.
    pub data_format: String,
    /// What it is doing.
    pub status: i64,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was created, in ms since the epoch.
    pub create_time: i64,
    /// When it was last changed, in ms since the epoch.
    pub update_time: i64,
    /// When its samples were last changed, in ms since the epoch.
    pub data_update_time: i64,
    /// Where samples come from, as it was sent.
    pub data_sources: Vec<Value>,
    /// Below which its directory is, as it was sent.
    pub work_path: String,
    /// 0: an object store.
    pub work_path_type: i64,
    /// Its own directory.
    pub inner_work_path: String,
    /// Directory of versions.
    pub inner_annotation_path: String,
    /// Directory of samples the server wrote.
    pub inner_data_path: String,
    /// Directory of logs.
    pub inner_log_path: String,
    /// Directory of what is needed for a while.
    pub inner_temp_path: String,
    /// Directory of what tasks write.
    pub inner_task_path: String,
    /// Id of its workspace.
    pub workspace_id: String,
    /// Id of its current version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version_id: Option<String>,
    /// Name of its current version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version_name: Option<String>,
    /// Versions it has.
    pub dataset_version_count: u64,
    /// Its versions, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<DatasetVersion>>,
    /// Number the next version without a name gets.
    pub next_version_num: i64,
    /// The import its creation started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_task_id: Option<String>,
    /// Samples it has.
    pub total_sample_count: u64,
    /// Labeled samples.
    pub annotated_sample_count: u64,
    /// Samples that wait for confirmation.
    pub unconfirmed_sample_count: u64,
    /// Samples deleted since it was created.
    pub deleted_sample_count: u64,
    /// Key frames of its videos.
    pub total_sub_sample_count: u64,
    /// Labeled key frames.
    pub annotated_sub_sample_count: u64,
    /// Whether what is said in sounds can be labeled.
    pub content_labeling: bool,
    /// Whether it takes part in an unfinished task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exist_running_task: Option<bool>,
    /// Ids of its unfinished tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_tasks_id: Option<Vec<String>>,
    /// Whether people label it together.
    pub exist_workforce_task: bool,
    /// How many such tasks there are.
    pub workforce_task_count: u64,
    /// The same.
    pub label_task_count: u64,
    /// Its labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<Label>>,
    /// Some of its samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<Vec<AnnotationFile>>,
    /// What else its creator sent: `schema`, `managed`, `import_data`, `label_format`.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A sample as lists of datasets show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnotationFile {
    /// The dataset.
    pub dataset_id: String,
    /// Its id.
    pub file_id: String,
    /// Its name, spelled like this on the wire.
    #[serde(rename = "file_Name")]
    pub file_name: String,
    /// The suffix of its name, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// When it was added, in ms since the epoch.
    pub create_time: i64,
    /// Its size in bytes.
    pub size: u64,
    /// URL of its object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Columns of an image, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Rows of an image, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Channels of an image, if its sides are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
}

/// A page of datasets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DatasetList {
    /// The datasets.
    pub datasets: Vec<Dataset>,
    /// How many there are in all.
    pub total_number: u64,
}
