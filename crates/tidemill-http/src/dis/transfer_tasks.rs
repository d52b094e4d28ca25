//! Dump tasks: `/streams/{stream_name}/transfer-tasks[/{task_name}]`, the action on several of them, the
//! same paths under `/stream/`, and the receipts of deleted ones.
//!
//! Receipts are no part of the published API: `GET /v2/{project_id}/tidemill/receipts` with the queries
//! `stream_name`, `from` (number of the first, default 0) and `limit` (default 100, at most 1000) answers
//! `{"receipts": [{"receipt": {..}, "hash": ".."}, ..]}`, oldest first.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply, stream_detail, with_and_without_slash};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidemill_api::{ErrorCode, dis};
use tidemill_dump::{
    Action, Destination, DestinationType, Dumps, NewTask, PartitionView, TaskDetail, TaskSummary, TaskUpdate,
};
use tidemill_model::limits::DUMP_TASKS_PER_STREAM_MAX;
use tidemill_stream::{Stream, StreamState, Streams};

/// Tasks one action may name.
const ACTED_ON_MAX: usize = 100;

/// What the handlers of dump tasks share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TransferState {
    /// The streams and the callers.
    pub dis: DisState,
    /// The tasks.
    pub dumps: Dumps,
}

impl FromRef<TransferState> for DisState {
    fn from_ref(state: &TransferState) -> Self {
        state.dis.clone()
    }
}

/// The routes of dump tasks.
pub fn router(state: TransferState) -> Router {
    let tasks = get(list_tasks).post(create_task).put(update_task);
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
    with_and_without_slash(routes).with_state(state)
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
    let new = NewTask::parse(&body).map_err(DisError::task_request)?;
    // One client takes another success than this for a failure.
    let done = match new.destination.kind() {
        DestinationType::Obs => StatusCode::CREATED,
        _ => StatusCode::OK,
    };
    if stream.state != StreamState::Running {
        return Err(DisError::new(ErrorCode::StreamNotRunning, &[]));
    }
    let created = state.dumps.create(&stream, new).await;
    created.map_err(|error| DisError::create_task(error, &stream))?;
    Ok(reply::empty(done))
}

async fn update_task(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:update")?;
    let body: Value = request.json()?;
    let stream = stream_of(&state, &request)?;
    let update = TaskUpdate::parse(&body).map_err(DisError::task_request)?;
    state.dumps.update(&stream, update).await?;
    Ok(reply::empty(StatusCode::OK))
}

async fn list_tasks(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:list")?;
    let stream = stream_of(&state, &request)?;
    let limit = request.query.limit("limit", 10, 100)?;
    let start = request.query.get("start_task_name");
    let page = state.dumps.list(&stream, start, limit).await.map_err(DisError::internal)?;
    let tasks = page.tasks.iter().map(summary).collect();
    let list = dis::TaskList { total_number: page.total, quota: DUMP_TASKS_PER_STREAM_MAX, tasks };
    Ok(reply::json(StatusCode::OK, &list))
}

async fn describe_task(
    State(state): State<TransferState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:get")?;
    let stream = stream_of(&state, &request)?;
    let task = state.dumps.detail(&stream, task_of(&request)).await?;
    Ok(reply::json(StatusCode::OK, &detail(&state.dis.streams, &stream, task)?))
}

async fn delete_task(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:delete")?;
    let stream = stream_of(&state, &request)?;
    let deleted = state.dumps.delete(&stream, task_of(&request), &request.caller.user.name).await;
    deleted.map_err(DisError::delete_task)?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

async fn act_on_tasks(State(state): State<TransferState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:transferTasks:action")?;
    let body: dis::TaskAction = request.json()?;
    let stream = stream_of(&state, &request)?;
    let action = match body.action.as_deref() {
        Some("start") => Action::Start,
        Some("stop") => Action::Stop,
        _ => return Err(DisError::invalid("action must be start or stop")),
    };
    let ids: Option<Vec<String>> = body.tasks.into_iter().flatten().map(|task| task.id).collect();
    let ids = ids.ok_or_else(|| DisError::invalid("tasks.id null."))?;
    if ids.is_empty() || ids.len() > ACTED_ON_MAX {
        return Err(DisError::invalid(format!("tasks must name 1 to {ACTED_ON_MAX} tasks")));
    }
    state.dumps.act(&stream, action, &ids).await?;
    Ok(reply::empty(StatusCode::OK))
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

fn summary(task: &TaskSummary) -> dis::Task {
    dis::Task {
        task_id: task.task_id.clone(),
        task_name: task.name.clone(),
        state: task.state.as_str().to_owned(),
        destination_type: task.destination_type.as_str().to_owned(),
        create_time: task.created_ms,
        last_transfer_timestamp: task.last_transfer_ms,
    }
}

fn detail(streams: &Streams, stream: &Stream, task: TaskDetail) -> Result<dis::TaskDetail, DisError> {
    let state = task.summary.state.as_str();
    let partitions = task.partitions.iter().map(|p| partition(streams, stream, state, p)).collect();
    let trouble = task.trouble.as_ref();
    Ok(dis::TaskDetail {
        stream_id: task.stream_id,
        stream_name: task.stream_name,
        task: summary(&task.summary),
        cause: trouble.map(|t| t.cause.clone()).or(task.error),
        failed_attempts: trouble.map(|t| t.attempts),
        next_retry_timestamp: trouble.map(|t| t.next_retry_ms),
        partitions,
        descriptions: descriptions(&task.destination)?,
    })
}

/// The destination under every name that a client reads it by.
fn descriptions(destination: &Destination) -> Result<BTreeMap<String, Value>, DisError> {
    let names: &[&str] = match destination.kind() {
        DestinationType::Obs => &["obs_destination_description"],
        DestinationType::Mrs => &["mrs_destination_description"],
        DestinationType::Dli => &["dli_destination_description"],
        DestinationType::Dws => &["dws_destination_description", "dws_destination_descripton"],
        DestinationType::Cloudtable => &[
            "cloudtable_destination_description",
            "cloudtable_destination_descripton",
            "cloud_table_destination_description",
        ],
    };
    let shown = destination.description().map_err(DisError::internal)?;
    Ok(names.iter().map(|name| ((*name).to_owned(), shown.clone())).collect())
}

fn partition(streams: &Streams, stream: &Stream, state: &str, p: &PartitionView) -> dis::TaskPartition {
    let shown = stream.partition(p.id).map(|partition| stream_detail::partition(streams, stream, partition));
    let id = p.id.to_string();
    dis::TaskPartition {
        partition_id_java: id.clone(),
        partition_id: id,
        state: state.to_owned(),
        status: shown.as_ref().map_or_else(|| "EXPIRED".to_owned(), |s| s.status.clone()),
        hash_range: shown.as_ref().map(|s| s.hash_range.clone()).unwrap_or_default(),
        sequence_number_range: shown.and_then(|s| s.sequence_number_range),
        parent_partitions: String::new(),
        last_transfer_timestamp: p.last_transfer_ms,
        last_transfer_offset: p.last_sequence,
        discard: p.discard,
    }
}
