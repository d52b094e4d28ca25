//! `/apps/{app_name}/consumers`: the calls of consumer group members. What goes wrong in a group is a `state`
//! with status 200; only what is wrong with the request is an error.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tidemill_api::{ErrorCode, dis};
use tidemill_stream::{Heartbeat, JoinGroup, Joined, Subscription, Synced};

const OK: &str = "OK";
const GROUP_NOT_EXIST: &str = "GROUP_NOT_EXIST";
/// Whoever may commit may be a member.
const ACTION: &str = "dis:checkpoints:commit";

fn required<T>(value: Option<T>, name: &str) -> Result<T, DisError> {
    value.ok_or_else(|| DisError::invalid(format!("{name} is missing")))
}

pub(super) async fn join_group(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow(ACTION)?;
    let body: dis::JoinGroup = request.json()?;
    required(body.group_id.as_ref(), "groupId")?;
    let join = JoinGroup {
        client_id: required(body.client_id, "clientId")?,
        subscription: Subscription {
            names: body.interested_stream.unwrap_or_default(),
            ids: body.interested_stream_id_list.unwrap_or_default(),
            pattern: body.stream_pattern.filter(|pattern| !pattern.is_empty()),
        },
        rebalance_timeout_ms: body.rebalance_timeout_ms,
        accelerate: body.accelerate_assign_enabled.unwrap_or_default(),
    };
    let joined = state.streams.join_group(&request.project, request.path("app_name"), join).await?;
    Ok(reply::json(StatusCode::OK, &wire_joined(joined)))
}

fn wire_joined(joined: Joined) -> dis::JoinGroupResult {
    let (state, subscription) = match joined {
        Joined::Member { matched } => (OK, matched),
        Joined::UnknownGroup => (GROUP_NOT_EXIST, None),
        Joined::WrongSubscription(reason) => {
            tracing::info!(reason, "a subscription was refused");
            ("ERR_SUBSCRIPTION", None)
        }
    };
    dis::JoinGroupResult { state: state.to_owned(), subscription, sync_delayed_time_ms: 0 }
}

fn generation(request: &DisRequest) -> Result<i64, DisError> {
    let body: dis::MemberRequest = request.json()?;
    required(body.group_id, "groupId")?;
    required(body.client_id, "clientId")?;
    required(body.generation, "generation")
}

pub(super) async fn heartbeat(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow(ACTION)?;
    let generation = generation(&request)?;
    let (app, client) = (request.path("app_name"), request.path("client_id"));
    let beat = state.streams.heartbeat(&request.project, app, client, generation).await?;
    let state = match beat {
        Heartbeat::Joining => "JOINING",
        Heartbeat::Syncing => "SYNCING",
        Heartbeat::Stable => "STABLE",
        Heartbeat::UnknownGroup => GROUP_NOT_EXIST,
    };
    Ok(reply::json(StatusCode::OK, &dis::HeartbeatResult { state: state.to_owned() }))
}

/// The generation must be there, but decides nothing: the member has yet to learn the new one.
pub(super) async fn sync_group(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow(ACTION)?;
    generation(&request)?;
    let (app, client) = (request.path("app_name"), request.path("client_id"));
    let (state, ready) = match state.streams.sync_group(&request.project, app, client).await? {
        Synced::Ready(ready) => (OK, Some(ready)),
        Synced::Waiting => ("WAITING", None),
        Synced::Rejoin => ("REJOIN", None),
        Synced::UnknownGroup => (GROUP_NOT_EXIST, None),
    };
    let (generation, assignment) = ready.map(|r| (r.generation, r.partitions)).unzip();
    Ok(reply::json(StatusCode::OK, &dis::SyncGroupResult { state: state.to_owned(), generation, assignment }))
}

pub(super) async fn leave_group(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow(ACTION)?;
    let (app, client) = (request.path("app_name"), request.path("client_id"));
    if state.streams.leave_group(&request.project, app, client).await? {
        Ok(reply::empty(StatusCode::NO_CONTENT))
    } else {
        Err(DisError::new(ErrorCode::UnknownApp, &[]))
    }
}
