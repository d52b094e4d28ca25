//! Operations of the dataset API that this server does not offer: labeling teams and intelligent tasks.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState};
use axum::routing::{MethodRouter, delete, get, post, put};
use tidemill_api::modelarts::ModelArtsCode;

type Routes = Vec<(&'static str, MethodRouter<ModelArtsState>)>;

/// Teams, their members, their tasks and what they judge.
pub(super) fn labeling_teams() -> Routes {
    vec![
        ("/v2/{project_id}/datasets/{dataset_id}/workforce-tasks", post(teams).get(teams)),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}",
            delete(teams).get(teams).post(teams).put(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/acceptance",
            post(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/acceptance/batch-comment",
            post(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/acceptance/report",
            get(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/acceptance/status",
            put(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/data-annotations/review",
            post(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/data-annotations/samples",
            get(teams).put(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/data-annotations/samples/{sample_id}",
            get(teams),
        ),
        (
            "/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/data-annotations/stats",
            get(teams),
        ),
        ("/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/metrics", get(teams)),
        ("/v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/notify", post(teams)),
        ("/v2/{project_id}/workforces", post(teams).get(teams)),
        ("/v2/{project_id}/workforces/worker-tasks", get(teams)),
        ("/v2/{project_id}/workforces/workers", get(teams)),
        ("/v2/{project_id}/workforces/{workforce_id}", delete(teams).get(teams).put(teams)),
        ("/v2/{project_id}/workforces/{workforce_id}/workers", post(teams).get(teams)),
        ("/v2/{project_id}/workforces/{workforce_id}/workers/batch-delete", post(teams)),
        (
            "/v2/{project_id}/workforces/{workforce_id}/workers/{worker_id}",
            delete(teams).get(teams).put(teams),
        ),
    ]
}

/// Tasks that label by themselves, and the annotations they propose.
pub(super) fn intelligent_tasks() -> Routes {
    vec![
        ("/v2/{project_id}/datasets/{dataset_id}/auto-annotations/samples", get(tasks)),
        ("/v2/{project_id}/datasets/{dataset_id}/auto-annotations/samples/{sample_id}", get(tasks)),
        ("/v2/{project_id}/datasets/{dataset_id}/tasks", get(tasks).post(tasks)),
        ("/v2/{project_id}/datasets/{dataset_id}/tasks/{task_id}", get(tasks)),
        ("/v2/{project_id}/datasets/{dataset_id}/tasks/{task_id}/stop", post(tasks)),
    ]
}

async fn teams(_: ModelArtsRequest) -> ModelArtsError {
    refusal("labeling teams")
}

async fn tasks(_: ModelArtsRequest) -> ModelArtsError {
    refusal("intelligent tasks")
}

fn refusal(what: &str) -> ModelArtsError {
    let message = format!("Not offered by this server yet: {what}");
    ModelArtsError { code: ModelArtsCode::InvalidParameter, message }
}
