//! `/processor-tasks` and `/processor-tasks/{task_id}`.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply};
use axum::extract::State;
use axum::response::Response;
use tidemill_api::modelarts::processing::{
    ProcessorTaskItem, ProcessorTaskItems, ProcessorTaskRequest, TaskIdResponse, UpdateProcessorTaskRequest,
};
use tidemill_processing::{TaskFilter, TaskOrder, Template};

pub(super) async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:create")?;
    let body: ProcessorTaskRequest = request.json()?;
    let task_id = state.processing.create_task(&request.project, body).await?;
    Ok(reply::ok(&TaskIdResponse { task_id }))
}

pub(super) async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:list")?;
    let filter = filter(&request)?;
    Ok(reply::ok(&state.processing.list_tasks(&request.project, &filter).await?))
}

fn filter(request: &ModelArtsRequest) -> Result<TaskFilter, ModelArtsError> {
    let page = request.page(10, 100)?;
    let text = |name: &str| request.query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let versions = text("version_id").unwrap_or_default();
    Ok(TaskFilter {
        name: text("task_name"),
        template_id: one_of(request, "task_type", &Template::ALL.map(Template::id))?,
        status: request.code("status", |code| (0..=4).contains(&code).then_some(code))?,
        source: text("source"),
        source_type: one_of(request, "source_type", &["OBS", "TASK", "DATASET", "CUSTOM"])?,
        versions: versions.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        current_only: request.flag("query_current")?.unwrap_or(false),
        workspace_id: text("workspace_id"),
        with_result: request.flag("return_result")?.unwrap_or(true),
        order: order(request)?,
        ascending: request.ascending()?,
        offset: page.offset as usize,
        limit: page.limit as usize,
    })
}

fn order(request: &ModelArtsRequest) -> Result<TaskOrder, ModelArtsError> {
    let word = one_of(request, "sort_by", &["create_time", "name", "duration_seconds"])?;
    Ok(match word.as_deref() {
        Some("name") => TaskOrder::Name,
        Some("duration_seconds") => TaskOrder::Duration,
        _ => TaskOrder::CreateTime,
    })
}

/// A word of the query that has to be one of `words`; 0104 for another.
pub(super) fn one_of(
    request: &ModelArtsRequest,
    name: &str,
    words: &[&str],
) -> Result<Option<String>, ModelArtsError> {
    match request.query.get(name) {
        None | Some("") => Ok(None),
        Some(word) if words.contains(&word) => Ok(Some(word.to_owned())),
        Some(word) => {
            Err(ModelArtsError::invalid(format!("{name} must be one of {}, got {word:?}", words.join(", "))))
        }
    }
}

/// All kinds of data processing.
pub(super) async fn items(request: ModelArtsRequest) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:list")?;
    let page = request.page(1000, 1000)?;
    let all: Vec<_> =
        Template::ALL.into_iter().filter(|template| template.has_versions()).map(item).collect();
    let total = all.len();
    let items = all.into_iter().skip(page.offset as usize).take(page.limit as usize).collect();
    Ok(reply::ok(&ProcessorTaskItems { items, total }))
}

fn item(template: Template) -> ProcessorTaskItem {
    ProcessorTaskItem {
        label_en: template.english().to_owned(),
        label_zh: template.chinese().to_owned(),
        template_id: template.id().to_owned(),
    }
}

pub(super) async fn describe(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:get")?;
    Ok(reply::ok(&state.processing.describe_task(&request.project, request.path("task_id")).await?))
}

pub(super) async fn update(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:update")?;
    let body: UpdateProcessorTaskRequest = request.json()?;
    let (project, task_id) = (&request.project, request.path("task_id"));
    match body.description {
        Some(text) => state.processing.describe_as(project, task_id, &text).await?,
        // Nothing to change, but the task has to be there.
        None => drop(state.processing.describe_task(project, task_id).await?),
    }
    Ok(reply::done())
}

pub(super) async fn delete(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:delete")?;
    state.processing.delete_task(&request.project, request.path("task_id")).await?;
    Ok(reply::done())
}
