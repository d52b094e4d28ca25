//! `/streams` and `/streams/{stream_name}`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply, stream_detail};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;
use tidemill_api::{ErrorCode, dis};
use tidemill_model::StreamName;
use tidemill_model::limits::RETENTION_HOURS_MIN;
use tidemill_stream::{
    AutoScale, CompressionFormat, DataType, GrantedAction, NewStream, Stream, StreamType, Tag,
};

pub(super) async fn create_stream(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:create")?;
    let new = new_stream(request.json()?)?;
    let name = new.name.to_string();
    let created = state.streams.create_stream(&request.project, new).await;
    created.map_err(|error| DisError::create(error, &name))?;
    Ok(reply::empty(StatusCode::CREATED))
}

fn new_stream(body: dis::CreateStream) -> Result<NewStream, DisError> {
    let missing = |what: &str| DisError::invalid(format!("{what} is missing"));
    let name = body.stream_name.ok_or_else(|| missing("stream_name"))?;
    Ok(NewStream {
        name: StreamName::parse(&name).map_err(DisError::invalid)?,
        partitions: body.partition_count.ok_or_else(|| missing("partition_count"))?,
        retention_hours: body.data_duration.unwrap_or(RETENTION_HOURS_MIN),
        stream_type: word("stream_type", body.stream_type, StreamType::parse)?.unwrap_or_default(),
        data_type: word("data_type", body.data_type, DataType::parse)?.unwrap_or_default(),
        compression_format: word("compression_format", body.compression_format, CompressionFormat::parse)?,
        data_schema: body.data_schema.filter(|text| !text.is_empty()),
        csv_delimiter: body.csv_properties.and_then(|csv| csv.delimiter).filter(|text| !text.is_empty()),
        auto_scale: AutoScale {
            enabled: body.auto_scale_enabled.unwrap_or(false),
            min: body.auto_scale_min_partition_count,
            max: body.auto_scale_max_partition_count,
        },
        tags: tags(body.tags),
        sys_tags: tags(body.sys_tags),
    })
}

fn tags(tags: Option<Vec<dis::Tag>>) -> Vec<Tag> {
    tags.into_iter().flatten().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

/// One of a few words; absent and empty count alike.
pub(super) fn word<T>(
    member: &str,
    text: Option<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, DisError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let unknown = || DisError::invalid(format!("{member} {:?}", text.chars().take(40).collect::<String>()));
    parse(&text).map(Some).ok_or_else(unknown)
}

/// With `stream_id` the details of that stream: one client addresses streams so.
pub(super) async fn list_streams(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    if let Some(id) = request.query.get("stream_id") {
        return detail(&state, &request, [None, Some(id)]);
    }
    request.allow("dis:streams:list")?;
    let limit = request.query.limit("limit", 10, 100)?;
    let start = request.query.get("start_stream_name");
    let all = state.streams.of_project(&request.project);
    let after = |stream: &&Arc<Stream>| start.is_none_or(|start| stream.name.as_str() > start);
    let rest: Vec<_> = all.iter().filter(after).collect();
    let page = rest.get(..limit).unwrap_or(&rest);
    let list = dis::StreamList {
        total_number: i64::try_from(all.len()).unwrap_or(i64::MAX),
        stream_names: page.iter().map(|stream| stream.name.to_string()).collect(),
        has_more_streams: rest.len() > page.len(),
        stream_info_list: page.iter().map(|stream| stream_detail::info(stream)).collect(),
    };
    Ok(reply::json(StatusCode::OK, &list))
}

pub(super) async fn describe_stream(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    detail(&state, &request, [Some(request.path("stream_name")), request.query.get("stream_id")])
}

fn detail(state: &DisState, request: &DisRequest, names: [Option<&str>; 2]) -> Result<Response, DisError> {
    request.allow("dis:streams:get")?;
    let stream = lookup::granted(&state.streams, request, names, GrantedAction::GetStreamInfo)?;
    let start = request.query.get("start_partitionId").map(lookup::partition).transpose()?;
    let limit = request.query.limit("limit_partitions", 100, 1000)?;
    Ok(reply::json(StatusCode::OK, &stream_detail::detail(&state.streams, &stream, start, limit)))
}

pub(super) async fn delete_stream(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:delete")?;
    let name = request.path("stream_name");
    let stream = lookup::stream(&state.streams, &request.project, [Some(name), None])?;
    let deleted = state.streams.delete_stream(&stream.id).await;
    deleted.map_err(|error| DisError::delete(error, name, &request.project))?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn update_partition_count(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:update")?;
    let body: dis::UpdatePartitionCount = request.json()?;
    let names = [Some(request.path("stream_name")), None];
    let stream = lookup::stream(&state.streams, &request.project, names)?;
    let null = || DisError::new(ErrorCode::InvalidRequest, &["Invalid target_partition_count null."]);
    let target = body.target_partition_count.ok_or_else(null)?;
    let scaled = state.streams.scale_stream(&stream.id, target).await;
    let scaled = scaled.map_err(|error| DisError::scale(error, &stream))?;
    let result = dis::UpdatePartitionCountResult {
        stream_name: scaled.name.to_string(),
        current_partition_count: i64::try_from(scaled.writable()).unwrap_or(i64::MAX),
        target_partition_count: target,
    };
    Ok(reply::json(StatusCode::OK, &result))
}
