//! `/checkpoints`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;
use tidemill_api::dis;
use tidemill_stream::{AppRef, Checkpoint, GrantedAction, Membership, Stream};

/// Only `LAST_READ`; absent where the client may leave it out.
pub(super) fn check_type(text: Option<&str>) -> Result<(), DisError> {
    match text {
        None | Some("LAST_READ") => Ok(()),
        Some(_) => Err(DisError::invalid("checkpoint_type must be LAST_READ")),
    }
}

pub(super) async fn commit_checkpoint(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:checkpoints:commit")?;
    let body: dis::CommitCheckpoint = request.json()?;
    check_type(Some(body.checkpoint_type.as_deref().unwrap_or_default()))?;
    let names = [body.stream_name.as_deref(), body.stream_id.as_deref()];
    let stream = lookup::granted(&state.streams, &request, names, GrantedAction::GetRecords)?;
    let partition = lookup::partition(body.partition_id.as_deref().unwrap_or_default())?;
    let app = body.app_name.as_deref().filter(|name| !name.is_empty());
    let app = app.ok_or_else(|| DisError::invalid("app_name is missing"))?;
    let sequence = body.sequence_number.as_deref().unwrap_or_default();
    let metadata = body.metadata.as_deref().unwrap_or_default();
    let (streams, app) = (&state.streams, AppRef { project: &request.project, name: app });
    let committed = match membership(&body) {
        None => streams.commit_checkpoint(app, &stream, partition, sequence, metadata).await,
        Some(member) => streams.commit_as_member(app, member, &stream, partition, sequence, metadata).await,
    };
    committed.map_err(|error| DisError::checkpoint(error, &stream))?;
    Ok(reply::empty(StatusCode::CREATED))
}

/// Commits without a client are not checked against a group; one without a generation fits none.
fn membership(body: &dis::CommitCheckpoint) -> Option<Membership> {
    let client_id = body.client_id.clone().filter(|id| !id.is_empty())?;
    Some(Membership { client_id, generation: body.generation_id.unwrap_or(-1) })
}

/// What was committed; `-1` if nothing: one client fails on any error here.
pub(super) fn wire_checkpoint(checkpoint: Option<&Checkpoint>) -> dis::Checkpoint {
    dis::Checkpoint {
        sequence_number: checkpoint.map_or_else(|| "-1".to_owned(), |c| c.sequence.to_string()),
        metadata: checkpoint.map(|c| c.metadata.clone()).unwrap_or_default(),
    }
}

fn queried_stream(state: &DisState, request: &DisRequest) -> Result<Arc<Stream>, DisError> {
    let names = [request.query.get("stream_name"), request.query.get("stream_id")];
    check_type(request.query.get("checkpoint_type"))?;
    lookup::granted(&state.streams, request, names, GrantedAction::GetRecords)
}

pub(super) async fn get_checkpoint(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:checkpoints:get")?;
    let stream = queried_stream(&state, &request)?;
    let partition = lookup::partition(request.query.get("partition_id").unwrap_or_default())?;
    let app = request.query.required("app_name")?;
    let checkpoint =
        state.streams.checkpoint(AppRef { project: &request.project, name: app }, &stream, partition).await;
    let checkpoint = checkpoint.map_err(|error| DisError::checkpoint(error, &stream))?;
    Ok(reply::json(StatusCode::OK, &wire_checkpoint(checkpoint.as_ref())))
}

/// Without a partition, those of all partitions go.
pub(super) async fn delete_checkpoint(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:checkpoints:delete")?;
    let stream = queried_stream(&state, &request)?;
    let partition = request.query.get("partition_id").map(lookup::partition).transpose()?;
    let app = request.query.required("app_name")?;
    let deleted = state
        .streams
        .delete_checkpoints(AppRef { project: &request.project, name: app }, &stream, partition)
        .await;
    deleted.map_err(|error| DisError::checkpoint(error, &stream))?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
