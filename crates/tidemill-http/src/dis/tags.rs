//! Tags of a stream: `/stream/{stream_id}/tags[/{key}]` and the action on several of them, and the tags of a
//! whole project: `/stream/tags`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, reply, stream_detail};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;
use tidemill_api::{ErrorCode, dis};
use tidemill_stream::{Stream, Tag, TagChange};

/// Id or name, in that order: the path documents an id.
fn stream_of(state: &DisState, request: &DisRequest) -> Result<Arc<Stream>, DisError> {
    let given = request.path("stream_id");
    let by_id = state.streams.by_id(given).filter(|stream| stream.project == request.project);
    let found = by_id.or_else(|| state.streams.find(&request.project, given));
    found.ok_or_else(|| unknown(given))
}

fn unknown(stream: &str) -> DisError {
    DisError::new(ErrorCode::UnknownResource, &[&stream.chars().take(80).collect::<String>()])
}

async fn change(state: &DisState, request: &DisRequest, change: TagChange) -> Result<Response, DisError> {
    let stream = stream_of(state, request)?;
    state.streams.change_tags(&stream.id, change).await.map_err(|e| DisError::tag(e, &stream))?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn add_tag(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:tags:create")?;
    let body: dis::AddTag = request.json()?;
    let tag = body.tag.ok_or_else(|| DisError::invalid("tag is missing"))?;
    let put = TagChange::Put { tags: domain_tags(vec![tag]), sys_tags: vec![] };
    change(&state, &request, put).await
}

pub(super) async fn list_tags(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:tags:list")?;
    let stream = stream_of(&state, &request)?;
    Ok(reply::json(StatusCode::OK, &dis::TagList { tags: stream_detail::tags(&stream.tags) }))
}

pub(super) async fn delete_tag(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:tags:delete")?;
    // A tag may have the key `action`, which has a route of its own.
    let key = match request.path("key") {
        "" => "action",
        key => key,
    };
    change(&state, &request, TagChange::RemoveOne(key.to_owned())).await
}

pub(super) async fn batch_tags(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:tags:batch")?;
    let body: dis::TagAction = request.json()?;
    let (tags, sys_tags) = (body.tags.unwrap_or_default(), body.sys_tags.unwrap_or_default());
    let action = body.action.ok_or_else(|| DisError::invalid("action is missing"))?;
    let nothing = tags.is_empty();
    let wanted = match action.as_str() {
        "create" => TagChange::Put { tags: domain_tags(tags), sys_tags: domain_tags(sys_tags) },
        "delete" => TagChange::Remove { keys: keys(tags), sys_keys: keys(sys_tags) },
        other => return Err(unsupported(other)),
    };
    if nothing {
        return Err(DisError::invalid("tags must name at least one tag"));
    }
    change(&state, &request, wanted).await
}

/// DIS.4605 for a word that is no action here.
pub(super) fn unsupported(action: &str) -> DisError {
    DisError::new(ErrorCode::UnsupportedAction, &[&action.chars().take(40).collect::<String>()])
}

fn keys(tags: Vec<dis::Tag>) -> Vec<String> {
    tags.into_iter().map(|tag| tag.key).collect()
}

fn domain_tags(tags: Vec<dis::Tag>) -> Vec<Tag> {
    tags.into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

pub(super) async fn list_project_tags(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:tags:list")?;
    let tags = state.streams.project_tags(&request.project);
    let group = |(key, values): (String, std::collections::BTreeSet<String>)| dis::TagGroup {
        key,
        values: Some(values.into_iter().collect()),
    };
    Ok(reply::json(StatusCode::OK, &dis::ProjectTags { tags: tags.into_iter().map(group).collect() }))
}

/// The same paths for anything but streams.
pub(super) async fn other_resource(request: DisRequest) -> DisError {
    let kind: String = request.path("resource_type").chars().take(40).collect();
    DisError::new(ErrorCode::UnknownResourceType, &[&kind, "stream is the only one"])
}
