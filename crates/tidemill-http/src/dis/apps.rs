//! `/apps`, `/apps/{app_name}` and an app's progress on a stream.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, checkpoints, lookup, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tidemill_api::dis;
use tidemill_model::AppName;
use tidemill_stream::{App, AppRef, Consumption, GrantedAction};

const CHECKPOINT_TYPE: &str = "LAST_READ";

/// The answer is empty: one client has no type to read content into.
pub(super) async fn create_app(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:apps:create")?;
    let body: dis::CreateApp = request.json()?;
    let name = body.app_name.ok_or_else(|| DisError::invalid("app_name is missing"))?;
    let name = AppName::parse(&name).map_err(DisError::invalid)?;
    state.streams.create_app(&request.project, &name).await?;
    Ok(reply::empty(StatusCode::CREATED))
}

pub(super) async fn list_apps(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:apps:list")?;
    let query = &request.query;
    let limit = query.limit("limit", 10, 100)?;
    let stream = match query.get("stream_name") {
        None => None,
        Some(name) => Some(lookup::stream(&state.streams, &request.project, [Some(name), None])?),
    };
    let stream = stream.as_ref().map(|stream| stream.id.as_str());
    let page = state.streams.apps(&request.project, stream, query.get("start_app_name"), limit).await?;
    let list = dis::AppList {
        total_number: i64::try_from(page.total).unwrap_or(i64::MAX),
        has_more_app: page.has_more,
        apps: page.apps.into_iter().map(wire_app).collect(),
    };
    Ok(reply::json(StatusCode::OK, &list))
}

fn wire_app(app: App) -> dis::App {
    dis::App {
        app_name: app.name,
        app_id: app.id,
        create_time: app.created_ms,
        commit_checkpoint_stream_names: app.streams,
    }
}

pub(super) async fn describe_app(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:apps:get")?;
    let app = state.streams.app(&request.project, request.path("app_name")).await?;
    Ok(reply::json(StatusCode::OK, &wire_app(app)))
}

pub(super) async fn delete_app(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:apps:delete")?;
    state.streams.delete_app(&request.project, request.path("app_name")).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn consumer_state(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:apps:get")?;
    let query = &request.query;
    checkpoints::check_type(query.get("checkpoint_type"))?;
    let limit = query.limit("limit", 100, 1000)?;
    let start = query.get("start_partition_id").map(lookup::partition).transpose()?;
    let names = [Some(request.path("stream_name")), query.get("stream_id")];
    let stream = lookup::granted(&state.streams, &request, names, GrantedAction::GetRecords)?;
    let app = request.path("app_name");
    let all = state.streams.consumption(AppRef { project: &request.project, name: app }, &stream).await;
    let all = all.map_err(|error| DisError::checkpoint(error, &stream))?;
    let rest: Vec<_> = all.iter().filter(|c| start.is_none_or(|start| c.partition > start)).collect();
    let page = rest.get(..limit).unwrap_or(&rest);
    let answer = dis::ConsumerState {
        has_more: rest.len() > page.len(),
        stream_name: stream.name.to_string(),
        app_name: app.to_owned(),
        partition_consuming_states: page.iter().map(|consumption| wire_consumption(consumption)).collect(),
    };
    Ok(reply::json(StatusCode::OK, &answer))
}

fn wire_consumption(consumption: &Consumption) -> dis::ConsumingState {
    let checkpoint = checkpoints::wire_checkpoint(consumption.checkpoint.as_ref());
    dis::ConsumingState {
        partition_id: consumption.partition.to_string(),
        sequence_number: checkpoint.sequence_number,
        metadata: checkpoint.metadata,
        latest_offset: consumption.bounds.next,
        earliest_offset: consumption.bounds.earliest,
        checkpoint_type: CHECKPOINT_TYPE.to_owned(),
        status: consumption.state.as_str().to_owned(),
    }
}
