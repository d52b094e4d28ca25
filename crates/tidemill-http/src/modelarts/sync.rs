//! `/datasets/{dataset_id}/sync-data[/status]`.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply, tasks};
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use tidemill_api::modelarts::import_task::SyncState;
use tidemill_dataset::task::TaskRecord;

/// The routes of synchronisations.
pub(super) fn routes() -> [(&'static str, MethodRouter<ModelArtsState>); 2] {
    [
        ("/v2/{project_id}/datasets/{dataset_id}/sync-data", post(create)),
        ("/v2/{project_id}/datasets/{dataset_id}/sync-data/status", get(status)),
    ]
}

async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:sync")?;
    state.datasets.start_sync(&request.project, request.path("dataset_id")).await?;
    Ok(reply::done())
}

async fn status(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let latest = state.datasets.latest_sync(&request.project, request.path("dataset_id")).await?;
    let shown = match latest {
        Some(task) => shown(&task, state.gate.clock.now_ms()),
        None => SyncState { status: "NOT_EXIST".to_owned(), ..SyncState::default() },
    };
    Ok(reply::ok(&shown))
}

fn shown(task: &TaskRecord, now_ms: i64) -> SyncState {
    let (error_code, error_msg) = tasks::trouble(task);
    SyncState {
        status: tasks::transfer_status(task.state).to_owned(),
        dataset_id: Some(task.dataset.clone()),
        task_id: Some(task.id.clone()),
        create_time: Some(task.created_ms),
        duration_time: Some(task.elapsed_s(now_ms)),
        add_sample_count: Some(task.counts.added),
        deleted_sample_count: Some(task.counts.deleted),
        total_sample_count: Some(task.counts.total),
        error_code,
        error_msg,
    }
}
