//! `/datasets/{dataset_id}/import-tasks[/{task_id}]`.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply, tasks};
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use serde_json::Value;
use tidemill_api::modelarts::ModelArtsCode;
use tidemill_api::modelarts::dataset::CreateDataset;
use tidemill_api::modelarts::import_task::{
    FileStatistics, ImportTask, ImportTaskList, ImportTaskRequest, LabelFormat as WireFormat, TaskId,
};
use tidemill_dataset::task::{TaskKind, TaskRecord};
use tidemill_dataset::{DatasetType, ImportFrom, ImportOptions, LabelFormat};

/// Labels one filter may name.
const FILTER_MAX: usize = 10_000;

/// The routes of imports.
pub(super) fn routes() -> [(&'static str, MethodRouter<ModelArtsState>); 2] {
    [
        ("/v2/{project_id}/datasets/{dataset_id}/import-tasks", get(list).post(create)),
        ("/v2/{project_id}/datasets/{dataset_id}/import-tasks/{task_id}", get(describe)),
    ]
}

async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:import")?;
    let options = options(request.json()?)?;
    let dataset = request.path("dataset_id");
    let task_id = state.datasets.start_import(&request.project, dataset, options).await?;
    Ok(reply::ok(&TaskId { task_id }))
}

async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let page = request.page(10, 100)?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    let found = state.datasets.tasks(&dataset.id, TaskKind::Import, page.offset, page.limit).await?;
    let shown = found.tasks.iter().map(|task| shown(&state, task)).collect::<Result<_, _>>()?;
    Ok(reply::ok(&ImportTaskList { total_count: found.total, import_tasks: shown }))
}

async fn describe(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    let id = request.path("task_id");
    let task = state.datasets.task(&dataset.id, TaskKind::Import, id).await?;
    let told = || ModelArtsError::new(ModelArtsCode::ResourceNotFound, "the import does not exist");
    Ok(reply::ok(&shown(&state, &task.ok_or_else(told)?)?))
}

/// The import that belongs to the creation of a dataset; `None` for a table that asks for none.
pub(super) fn first_import(body: &CreateDataset) -> Result<Option<ImportOptions>, ModelArtsError> {
    let source = body.data_sources.as_ref().and_then(|sources| sources.first());
    let path = source.and_then(|source| source.data_path.as_deref()).unwrap_or_default();
    let is_table = body.dataset_type == Some(DatasetType::Table.code());
    if path.is_empty() || (is_table && body.import_data == Some(false)) {
        return Ok(None);
    }
    // A path that cannot be one is refused with the dataset, by its own name.
    let Ok(mut options) = ImportOptions::new(path, ImportFrom::Directory) else { return Ok(None) };
    options.annotations = body.import_annotations.unwrap_or(true);
    options.header = source.and_then(|source| source.with_column_header).unwrap_or(false);
    options.format = label_format(body.label_format.clone().unwrap_or_default())?;
    Ok(Some(options))
}

/// What a request asks for, in the domain's words.
fn options(body: ImportTaskRequest) -> Result<ImportOptions, ModelArtsError> {
    let from = match body.import_type.as_deref() {
        None | Some("" | "dir") => ImportFrom::Directory,
        Some("manifest") => ImportFrom::Manifest,
        Some(other) => {
            return Err(ModelArtsError::invalid(format!(
                "import_type must be dir or manifest, got {other:?}"
            )));
        }
    };
    if !matches!(body.import_origin.as_deref(), None | Some("" | "obs")) {
        return Err(ModelArtsError::invalid("import_origin must be obs: other origins are not offered"));
    }
    let mut options = ImportOptions::new(body.import_path.as_deref().unwrap_or_default(), from)?;
    options.annotations = body.import_annotations.unwrap_or(true);
    options.samples = body.import_samples.unwrap_or(true);
    options.confirmed = body.final_annotation.unwrap_or(true);
    options.difficult_only = body.difficult_only.unwrap_or(false);
    options.included = names("included_labels", body.included_labels)?;
    options.excluded = names("excluded_labels", body.excluded_labels)?;
    options.header = body.with_column_header.unwrap_or(false);
    options.data_source = body.data_source.and_then(|source| serde_json::to_value(source).ok());
    options.format = label_format(body.label_format.unwrap_or_default())?;
    options.set_folder(body.import_folder.as_deref().unwrap_or_default())?;
    Ok(options)
}

fn label_format(wire: WireFormat) -> Result<LabelFormat, ModelArtsError> {
    let (kind, sample, label) = (wire.label_type, wire.text_sample_separator, wire.text_label_separator);
    LabelFormat::parse(kind.as_deref(), sample.as_deref(), label.as_deref()).map_err(ModelArtsError::invalid)
}

/// Labels as objects with a name, or as names.
fn names(field: &str, labels: Option<Vec<Value>>) -> Result<Vec<String>, ModelArtsError> {
    let labels = labels.unwrap_or_default();
    let told = || format!("{field} must be a list of at most {FILTER_MAX} names or objects with a name");
    let name = |label: &Value| match label {
        Value::String(name) => Some(name.clone()),
        other => other.get("name").and_then(Value::as_str).map(str::to_owned),
    };
    let read: Option<Vec<String>> = labels.iter().map(name).collect();
    read.filter(|names| names.len() <= FILTER_MAX).ok_or_else(|| ModelArtsError::invalid(told()))
}

fn shown(state: &ModelArtsState, task: &TaskRecord) -> Result<ImportTask, ModelArtsError> {
    let options: ImportOptions = serde_json::from_str(&task.request).map_err(ModelArtsError::internal)?;
    let counts = &task.counts;
    let (error_code, error_msg) = tasks::trouble(task);
    Ok(ImportTask {
        task_id: task.id.clone(),
        dataset_id: task.dataset.clone(),
        status: tasks::transfer_status(task.state).to_owned(),
        import_type: u8::from(options.from == ImportFrom::Manifest),
        import_path: options.path,
        create_time: task.created_ms,
        update_ms: task.updated_ms,
        elapsed_time: task.elapsed_s(state.gate.clock.now_ms()),
        total_sample_count: counts.total,
        imported_sample_count: counts.finished,
        annotated_sample_count: counts.labeled,
        unconfirmed_sample_count: counts.unconfirmed,
        total_sub_sample_count: 0,
        imported_sub_sample_count: 0,
        total_file_count: counts.files,
        finished_file_count: counts.files_finished,
        total_file_size: counts.bytes,
        finished_file_size: counts.bytes_finished,
        file_statistics: FileStatistics {
            file_num_finished: counts.files_finished,
            file_num_total: counts.files,
            file_size_finished: counts.bytes_finished,
            file_size_total: counts.bytes,
        },
        data_source: options.data_source,
        error_code,
        error_msg,
    })
}
