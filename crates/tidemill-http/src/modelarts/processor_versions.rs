//! `/processor-tasks/{task_id}/versions`, one of them, and stopping it.

use crate::modelarts::processor_tasks::one_of;
use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply};
use axum::extract::State;
use axum::response::Response;
use tidemill_api::modelarts::processing::{ProcessorTaskRequest, VersionIdResponse};
use tidemill_processing::VersionOrder;

pub(super) async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:create")?;
    let body: ProcessorTaskRequest = request.json_or_default()?;
    let task_id = request.path("task_id");
    let version_id = state.processing.create_version(&request.project, task_id, body).await?;
    Ok(reply::ok(&VersionIdResponse { version_id }))
}

pub(super) async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:list")?;
    let page = request.page(100, 100)?;
    let order = match one_of(&request, "sort_by", &["create_time", "version_name"])?.as_deref() {
        Some("version_name") => VersionOrder::Name,
        _ => VersionOrder::CreateTime,
    };
    let (ascending, task_id) = (request.ascending()?, request.path("task_id"));
    let page = (page.offset as usize, page.limit as usize);
    Ok(reply::ok(&state.processing.list_versions(&request.project, task_id, order, ascending, page).await?))
}

pub(super) async fn describe(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:get")?;
    let (task_id, version_id) = (request.path("task_id"), request.path("version_id"));
    Ok(reply::ok(&state.processing.describe_version(&request.project, task_id, version_id).await?))
}

pub(super) async fn stop(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:update")?;
    let (task_id, version_id) = (request.path("task_id"), request.path("version_id"));
    state.processing.stop_version(&request.project, task_id, version_id).await?;
    Ok(reply::done())
}

pub(super) async fn delete(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:delete")?;
    let (task_id, version_id) = (request.path("task_id"), request.path("version_id"));
    state.processing.delete_version(&request.project, task_id, version_id).await?;
    Ok(reply::no_content())
}

/// How far a version is: a route of ours.
pub(super) async fn progress(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:get")?;
    let (task_id, version_id) = (request.path("task_id"), request.path("version_id"));
    Ok(reply::ok(&state.processing.progress(&request.project, task_id, version_id).await?))
}
