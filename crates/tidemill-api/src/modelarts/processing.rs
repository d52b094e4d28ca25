//! Processing tasks, their versions and their results. Values that are absent are left out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is processed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessorDataSource {
    /// The name of a dataset; filled in when reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A directory, or the id of a dataset or a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `OBS`, `DATASET`, `TASK` or `CUSTOM`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The version of a dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Its name; filled in when reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_name: Option<String>,
}

/// One operator with its parameters, as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OperatorParam {
    /// Of no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced_params_switch: Option<bool>,
    /// How feature analysis is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How the other operators are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Text or native JSON values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Map<String, Value>>,
}

/// A kind of processing and its operators.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TemplateParam {
    /// `sys_data_...`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Filled in by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Run in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_params: Option<Vec<OperatorParam>>,
}

/// Where the output goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkPath {
    /// The name of a dataset; filled in when reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The directory of the version's output; filled in when reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_path: Option<String>,
    /// A directory, or the id of a dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `OBS` or `DATASET`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The dataset version that was made; filled in when reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// The name of the dataset version that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_name: Option<String>,
}

/// Creates a task, or a version of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessorTaskRequest {
    /// Start version `V001` at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_version: Option<bool>,
    /// The one input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_source: Option<ProcessorDataSource>,
    /// 0 to 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Vec<ProcessorDataSource>>,
    /// Unique in the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateParam>,
    /// Feature analysis: the dataset version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Where the output goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_path: Option<WorkPath>,
    /// Echoed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<String>,
}

/// The one thing of a task that can be changed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct UpdateProcessorTaskRequest {
    /// 0 to 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The id of a task.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TaskIdResponse {
    /// 19 characters.
    pub task_id: String,
}

/// The id of a version.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct VersionIdResponse {
    /// 19 characters.
    pub version_id: String,
}

/// A kind of data processing.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProcessorTaskItem {
    /// In English.
    pub label_en: String,
    /// In Chinese.
    pub label_zh: String,
    /// `sys_data_...`.
    pub template_id: String,
}

/// All kinds of data processing.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProcessorTaskItems {
    /// One page.
    pub items: Vec<ProcessorTaskItem>,
    /// How many there are.
    pub total: usize,
}

/// How far a version is that has not ended: an extension of ours, at a route of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct ProcessorProgress {
    /// `listing`, `processing`, `embedding`, `comparing`, `analysing` or `publishing`; absent for one that has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Samples done; a sample counts once in each stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_done: Option<u64>,
    /// Samples in all, counted the same way; absent while the input is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_total: Option<u64>,
    /// Since the server took the version over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_per_second: Option<f64>,
    /// Seconds that are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<u64>,
}

/// One version of a task.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ProcessorTaskVersion {
    /// Added samples; with the others, only when completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_sample_count: Option<i64>,
    /// Milliseconds since the epoch.
    pub create_time: i64,
    /// Dropped samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_sample_count: Option<i64>,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// From creation to the end, or until now.
    pub duration_seconds: i64,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
    /// What is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<ProcessorDataSource>,
    /// Changed samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_sample_count: Option<i64>,
    /// Samples that were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_sample_count: Option<i64>,
    /// 0 initialized, 1 running, 2 completed, 3 failed, 4 stopped.
    pub status: i64,
    /// Its task.
    pub task_id: String,
    /// Its own id.
    pub task_version_id: String,
    /// What is done.
    pub template: TemplateParam,
    /// Samples kept as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmodified_sample_count: Option<i64>,
    /// What else is to be known of it; an extension of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tidemill: Option<ProcessorNotes>,
    /// The last change.
    pub update_time: i64,
    /// `V001` and so on.
    pub version_name: String,
    /// Where the output goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_path: Option<WorkPath>,
}

/// What else is to be known of a completed run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ProcessorNotes {
    /// Samples that the validation before an operator dropped; absent where nothing was validated so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_dropped: Option<i64>,
    /// What people should look at, in English.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// The versions of a task.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProcessorTaskVersions {
    /// How many there are.
    pub count: usize,
    /// One page.
    pub versions: Vec<ProcessorTaskVersion>,
}

/// One task.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ProcessorTask {
    /// Milliseconds since the epoch.
    pub create_time: i64,
    /// The first input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_source: Option<ProcessorDataSource>,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// From creation to the end, or until now.
    pub duration_seconds: i64,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
    /// What is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<ProcessorDataSource>,
    /// Whether it is the newest completed task of its kind for its dataset version.
    pub is_current: bool,
    /// Its name.
    pub name: String,
    /// The result of a feature analysis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Of the newest version.
    pub status: i64,
    /// Its id.
    pub task_id: String,
    /// What is done.
    pub template: TemplateParam,
    /// What else is to be known of its newest run; an extension of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tidemill: Option<ProcessorNotes>,
    /// How many versions it has.
    pub version_count: usize,
    /// Feature analysis: the dataset version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_name: Option<String>,
    /// Where the output goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_path: Option<WorkPath>,
    /// As it was sent, or 0.
    pub workspace_id: String,
}

/// The tasks of a project.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProcessorTasks {
    /// How many there are.
    pub count: usize,
    /// One page.
    pub tasks: Vec<ProcessorTask>,
}

/// What became of one sample.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct ProcessorResult {
    /// Where the product is; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_source: Option<String>,
    /// Where the sample came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_source: Option<String>,
    /// Why, as two lists of messages: English, Chinese.
    pub result_description: Vec<Vec<String>>,
    /// 0 kept, 1 changed, 2 dropped, 3 added.
    pub result_property: i64,
    /// The id of the sample.
    pub sample_id: String,
    /// The product, signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_new_source: Option<String>,
    /// The origin, signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_origin_source: Option<String>,
    /// The task version.
    pub version_id: String,
    /// The whole why; an extension of ours.
    pub tidemill: ProcessorWhy,
}

/// Why a sample became what it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct ProcessorWhy {
    /// The run.
    pub run_id: String,
    /// The id of the product in the manifest of the output; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    /// Everything that was found, in order.
    pub reasons: Vec<ProcessorReason>,
    /// The sample it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<String>,
    /// Measured values.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub scores: Map<String, Value>,
}

/// One reason.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct ProcessorReason {
    /// A stable word.
    pub code: String,
    /// In English.
    pub text: String,
}

/// One page of results.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProcessorResults {
    /// How many there are.
    pub count: usize,
    /// True when everything has been returned, against its name.
    pub has_more: bool,
    /// The page.
    pub results: Vec<ProcessorResult>,
}
