//! `/datasets/{dataset_id}/export-tasks[/{task_id}]`.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply, tasks};
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};
use tidemill_api::modelarts::ModelArtsCode;
use tidemill_api::modelarts::export_task::{ExportParams, ExportTask, ExportTaskList, ExportTaskRequest};
use tidemill_dataset::task::{TaskKind, TaskRecord, TaskState};
use tidemill_dataset::{ExportFormat, ExportLayout, ExportOptions, ExportTarget, ExportWhich};

/// Samples one export may name.
const SAMPLES_MAX: usize = 10_000;

/// The routes of exports.
pub(super) fn routes() -> [(&'static str, MethodRouter<ModelArtsState>); 2] {
    [
        ("/v2/{project_id}/datasets/{dataset_id}/export-tasks", get(list).post(create)),
        ("/v2/{project_id}/datasets/{dataset_id}/export-tasks/{task_id}", get(describe)),
    ]
}

async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:export")?;
    let (options, target) = options(request.json()?)?;
    let dataset = request.path("dataset_id");
    if let Some(version) = &options.version {
        state.datasets.version(&request.project, dataset, version).await?;
    }
    let begun = state.datasets.start_export(&request.project, dataset, options, target).await;
    Ok(reply::ok(&shown(&begun.map_err(refused)?)?))
}

async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let page = request.page(10, 100)?;
    let which = request.code("export_type", which_of)?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    let found = state.datasets.exports(&dataset.id, which, page.offset, page.limit).await?;
    let export_tasks = found.tasks.iter().map(shown).collect::<Result<_, _>>()?;
    Ok(reply::ok(&ExportTaskList { total_count: found.total, export_tasks }))
}

async fn describe(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    let task = state.datasets.task(&dataset.id, TaskKind::Export, request.path("task_id")).await?;
    let told = || ModelArtsError::new(ModelArtsCode::UnknownExport, "the export does not exist");
    Ok(reply::ok(&shown(&task.ok_or_else(told)?)?))
}

fn wrong(reason: impl std::fmt::Display) -> ModelArtsError {
    ModelArtsError::new(ModelArtsCode::InvalidExport, reason)
}

/// A path that cannot be written to has a code of its own here.
fn refused(error: tidemill_dataset::DatasetError) -> ModelArtsError {
    use tidemill_dataset::{DatasetError, PathError};
    match error {
        DatasetError::Invalid(reason) => wrong(reason),
        DatasetError::Path(path @ (PathError::InsideInput | PathError::BareBucket(_))) => {
            ModelArtsError::new(ModelArtsCode::InvalidExportPath, path)
        }
        other => other.into(),
    }
}

fn which_of(code: i64) -> Option<ExportWhich> {
    match code {
        0 => Some(ExportWhich::Labeled),
        1 => Some(ExportWhich::Unlabeled),
        2 => Some(ExportWhich::All),
        3 => Some(ExportWhich::Found),
        _ => None,
    }
}

/// A number, also as text.
fn number(name: &str, value: Option<&Value>, default: i64) -> Result<i64, ModelArtsError> {
    match value {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64().unwrap_or(default)),
        Some(Value::String(text)) if text.is_empty() => Ok(default),
        Some(Value::String(text)) => {
            text.parse().map_err(|_| wrong(format!("{name} must be a number, got {text:?}")))
        }
        Some(other) => Err(wrong(format!("{name} must be a number, got {other}"))),
    }
}

/// What a request asks for, in the domain's words.
fn options(body: ExportTaskRequest) -> Result<(ExportOptions, Option<ExportTarget>), ModelArtsError> {
    let params = body.export_params.clone().unwrap_or_default();
    let which = number("export_type", body.export_type.as_ref(), 2)?;
    let layout = match number("export_format", body.export_format.as_ref(), 2)? {
        1 => ExportLayout::Directories,
        2 => ExportLayout::Flat,
        other => return Err(wrong(format!("export_format must be 1 or 2, got {other}"))),
    };
    let format = match body.annotation_format.as_deref() {
        None | Some("" | "VOC") => ExportFormat::Voc,
        Some("COCO") => ExportFormat::Coco,
        Some("YOLO") => ExportFormat::Yolo,
        Some(other) => {
            return Err(wrong(format!("annotation_format must be VOC, COCO or YOLO, got {other:?}")));
        }
    };
    let state = given(&params.sample_state).or(given(&body.sample_state)).map(state_of).transpose()?;
    let conditions = params.search_conditions.clone().unwrap_or_default().into_iter();
    let conditions = conditions.map(serde_json::from_value).collect::<Result<_, _>>();
    let samples = params.samples.clone().unwrap_or_default();
    if samples.len() > SAMPLES_MAX {
        return Err(wrong(format!("samples must name at most {SAMPLES_MAX} samples")));
    }
    let (ratio, target) = (ratio(&params)?, target(&params)?);
    let options = ExportOptions {
        path: body.path.clone().unwrap_or_default(),
        which: which_of(which).ok_or_else(|| wrong(format!("export_type must be 0 to 3, got {which}")))?,
        layout,
        format,
        state,
        conditions: conditions
            .map_err(|error| wrong(format!("search_conditions cannot be read: {error}")))?,
        samples,
        version: given(&body.version_id).map(str::to_owned),
        ratio: params.ratio_sample_usage.unwrap_or(false).then_some(ratio),
        clear_hard: params.clear_hard_property.unwrap_or(true),
        new_dataset: None,
        echo: json!({
            "export_params": filled(params, ratio), "version_format": body.version_format,
            "version_id": body.version_id, "export_type": which,
        }),
    };
    Ok((options, target))
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// The state a filter token stands for.
fn state_of(token: &str) -> Result<i64, ModelArtsError> {
    match token.to_ascii_uppercase().as_str() {
        "__NONE__" => Ok(0),
        "__ALL__" => Ok(1),
        "__AUTO_ANNOTATION__" => Ok(2),
        _ => Err(wrong(format!(
            "sample_state must be __ALL__, __NONE__ or __AUTO_ANNOTATION__, got {token:?}"
        ))),
    }
}

fn ratio(params: &ExportParams) -> Result<f64, ModelArtsError> {
    let read = match &params.train_sample_ratio {
        None | Some(Value::Null) => Some(1.0),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    let told = || wrong("train_sample_ratio must be a number from 0 to 1");
    read.filter(|ratio| (0.0..=1.0).contains(ratio)).ok_or_else(told)
}

fn target(params: &ExportParams) -> Result<Option<ExportTarget>, ModelArtsError> {
    match params.export_dest.as_deref() {
        None | Some("" | "DIR") => Ok(None),
        Some("NEW_DATASET") => {
            let missing = |name: &str| wrong(format!("{name} is missing: NEW_DATASET needs it"));
            let name = given(&params.export_new_dataset_name);
            let work_path = given(&params.export_new_dataset_work_path);
            Ok(Some(ExportTarget {
                name: name.ok_or_else(|| missing("export_new_dataset_name"))?.to_owned(),
                work_path: work_path.ok_or_else(|| missing("export_new_dataset_work_path"))?.to_owned(),
            }))
        }
        Some(other) => Err(wrong(format!("export_dest must be DIR or NEW_DATASET, got {other:?}"))),
    }
}

/// The parameters with their defaults, as answers show them.
fn filled(params: ExportParams, ratio: f64) -> ExportParams {
    ExportParams {
        clear_hard_property: params.clear_hard_property.or(Some(true)),
        clear_difficult: params.clear_difficult.or(Some(false)),
        export_dest: Some(given(&params.export_dest).unwrap_or("DIR").to_owned()),
        ratio_sample_usage: params.ratio_sample_usage.or(Some(false)),
        train_sample_ratio: Some(json!(ratio)),
        ..params
    }
}

fn shown(task: &TaskRecord) -> Result<ExportTask, ModelArtsError> {
    let options: ExportOptions = serde_json::from_str(&task.request).map_err(ModelArtsError::internal)?;
    let echoed = |name: &str| options.echo.get(name).filter(|value| !value.is_null()).cloned();
    let params = serde_json::from_value(echoed("export_params").unwrap_or_else(|| json!({})));
    let (error_code, error_msg) = tasks::trouble(task);
    let counts = &task.counts;
    let progress = match (task.state, counts.total) {
        (TaskState::Completed, _) => 100.0,
        (_, 0) => 0.0,
        (_, total) => (counts.finished as f64 * 100.0 / total as f64).round(),
    };
    Ok(ExportTask {
        task_id: task.id.clone(),
        status: status(task.state).to_owned(),
        path: options.path,
        create_time: task.created_ms,
        update_time: task.updated_ms,
        export_type: echoed("export_type").and_then(|code| code.as_u64()).unwrap_or(2) as u8,
        export_format: if options.layout == ExportLayout::Directories { 1 } else { 2 },
        export_params: params.map_err(ModelArtsError::internal)?,
        total_sample_count: counts.total,
        finished_sample_count: counts.finished,
        progress,
        version_format: echoed("version_format"),
        version_id: options.version,
        error_code,
        error_msg,
    })
}

fn status(state: TaskState) -> &'static str {
    match state {
        TaskState::Waiting => "INIT",
        TaskState::Running => "RUNNING",
        TaskState::Completed => "SUCCESSED",
        TaskState::Failed => "FAILED",
    }
}
