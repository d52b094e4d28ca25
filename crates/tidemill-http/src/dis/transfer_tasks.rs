//! Dump tasks: `/streams/{stream_name}/transfer-tasks[/{task_name}]`, the action on several of them, the
//! same paths under `/stream/`, and the receipts of deleted ones.
//!
//! Receipts are no part of the published API: `GET /v2/{project_id}/tidemill/receipts` with the queries
//! `stream_name`, `from` (number of the first, default 0) and `limit` (default 100, at most 1000) answers
//! `{"receipts": [{"receipt": {..}, "hash": ".."}, ..]}`, oldest first.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply, transfer_task_detail, with_and_without_slash};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_api::ErrorCode;
use tidemill_dump::{ActError, Action, CreateError, DeleteError, Dumps, FindError, NewTask};
use tidemill_model::limits::DUMP_TASKS_PER_STREAM_MAX;
use tidemill_stream::{Stream, StreamState};

/// What the handlers of dump tasks share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TransferState {
    dis: DisState,
    dumps: Dumps,
}

impl FromRef<TransferState> for DisState {
    fn from_ref(state: &TransferState) -> Self {
        state.dis.clone()
    }
}

/// The routes of dump tasks.
pub fn router(dis: DisState, dumps: Dumps) -> Router {
    let tasks = get(list_tasks).post(create_task);
    let task = get(describe_task).delete(delete_task);
    // A task may be named `action`.
    let action = post(act_on_tasks).get(describe_task).delete(delete_task);
    let routes = [
        ("/v2/{project_id}/streams/{stream_name}/transfer-tasks", tasks.clone()),
        ("/v2/{project_id}/streams/{stream_name}/transfer-tasks/action", action.clone()),
        ("/v2/{project_id}/streams/{stream_name}/transfer-tasks/{task_name}", task.clone()),
        // One client writes the singular, with the stream's name.
        ("/v2/{project_id}/stream/{stream_name}/transfer-tasks", tasks),
        ("/v2/{project_id}/stream/{stream_name}/transfer-tasks/action", action),
        ("/v2/{project_id}/stream/{stream_name}/transfer-tasks/{task_name}", task),
        ("/v2/{project_id}/tidemill/receipts", get(list_receipts)),
    ];
    with_and_without_slash(routes).with_state(TransferState { dis, dumps })
}

fn stream_of(state: &TransferState, request: &DisRequest) -> Result<Arc<Stream>, DisError> {
    lookup::stream(&state.dis.streams, &request.project, [Some(request.path("stream_name")), None])
}

fn task_of(request: &DisRequest) -> &str {
    match request.path("task_name") {
        "" => "action",
        name => name,
    }
}

async fn create_task(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:create")?;
    let body: Value = request.json()?;
    let stream = stream_of(&state, &request)?;
    let new = NewTask::parse(&body).map_err(DisError::invalid)?;
    if stream.state != StreamState::Running {
        return Err(DisError::new(ErrorCode::StreamNotRunning, &[]));
    }
    state.dumps.create(&stream, new).await.map_err(|error| not_created(error, &stream))?;
    Ok(reply::empty(StatusCode::CREATED))
}

fn not_created(error: CreateError, stream: &Stream) -> DisError {
    match error {
        CreateError::Invalid(reason) => DisError::invalid(reason),
        CreateError::NoStream => DisError::unknown_stream(stream.name.as_str(), &stream.project),
        CreateError::Exists => DisError::new(ErrorCode::TaskExists, &[]),
        CreateError::Quota => {
            let most = format!("at most {DUMP_TASKS_PER_STREAM_MAX}");
            DisError::new(ErrorCode::TaskQuotaExceeded, &[&most])
        }
        CreateError::NoBucket(bucket) => DisError::new(ErrorCode::UnknownBucket, &[&bucket]),
        CreateError::NotWritable(cause) => DisError::new(ErrorCode::BucketNotWritable, &[&cause]),
        CreateError::Meta(_) => DisError::internal(error),
    }
}

async fn list_tasks(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:list")?;
    let stream = stream_of(&state, &request)?;
    let limit = request.query.limit("limit", 10, 100)?;
    let start = request.query.get("start_task_name");
    let page = state.dumps.list(&stream, start, limit).await.map_err(DisError::internal)?;
    let tasks: Vec<_> = page.tasks.iter().map(transfer_task_detail::summary).collect();
    let body = json!({"total_number": page.total, "quota": DUMP_TASKS_PER_STREAM_MAX, "tasks": tasks});
    Ok(reply::json(StatusCode::OK, &body))
}

async fn describe_task(
    State(state): State<TransferState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:get")?;
    let stream = stream_of(&state, &request)?;
    let name = task_of(&request);
    match state.dumps.detail(&stream, name).await {
        Ok(task) => {
            let body = transfer_task_detail::detail(&state.dis.streams, &stream, &task);
            Ok(reply::json(StatusCode::OK, &body))
        }
        Err(FindError::Unknown) => Err(unknown_task(name)),
        Err(error @ FindError::Dump(_)) => Err(DisError::internal(error)),
    }
}

fn unknown_task(name: &str) -> DisError {
    let shown: String = name.chars().take(80).collect();
    DisError::new(ErrorCode::UnknownTask, &[&shown])
}

async fn delete_task(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:delete")?;
    let stream = stream_of(&state, &request)?;
    let name = task_of(&request);
    match state.dumps.delete(&stream, name, &request.caller.user.name).await {
        Ok(()) => Ok(reply::empty(StatusCode::NO_CONTENT)),
        Err(DeleteError::Unknown) => Err(unknown_task(name)),
        Err(error @ DeleteError::Continues) => Err(DisError::new(ErrorCode::Internal, &[&error.to_string()])),
        Err(error @ DeleteError::Meta(_)) => Err(DisError::internal(error)),
    }
}

#[derive(Debug, Deserialize)]
struct TaskAction {
    action: Option<String>,
    tasks: Option<Vec<ActedOn>>,
}

#[derive(Debug, Deserialize)]
struct ActedOn {
    id: String,
}

async fn act_on_tasks(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:action")?;
    let body: TaskAction = request.json()?;
    let stream = stream_of(&state, &request)?;
    let action = match body.action.as_deref() {
        Some("start") => Action::Start,
        Some("stop") => Action::Stop,
        _ => return Err(DisError::invalid("action must be start or stop")),
    };
    let ids: Vec<String> = body.tasks.into_iter().flatten().map(|task| task.id).collect();
    if ids.is_empty() || ids.len() > 100 {
        return Err(DisError::invalid("tasks must name 1 to 100 tasks"));
    }
    match state.dumps.act(&stream, action, &ids).await {
        Ok(()) => Ok(reply::empty(StatusCode::OK)),
        Err(ActError::Unknown(name)) => Err(unknown_task(&name)),
        Err(error @ ActError::Meta(_)) => Err(DisError::internal(error)),
    }
}

async fn list_receipts(
    State(state): State<TransferState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:list")?;
    let limit = request.query.limit("limit", 100, 1000)?;
    let from = request.query.int("from")?.unwrap_or(0);
    let from = u64::try_from(from).map_err(|_| DisError::invalid("from must be at least 0"))?;
    let stream = request.query.get("stream_name");
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let receipts = state.dumps.receipts(&request.project, stream, from, limit).await;
    let receipts = receipts.map_err(DisError::internal)?;
    Ok(reply::json(StatusCode::OK, &json!({ "receipts": receipts })))
}
