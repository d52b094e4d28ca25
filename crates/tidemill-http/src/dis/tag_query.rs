//! Finding and counting streams by their tags: `/stream/resource_instances/action`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, reply, stream_detail, tags};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tidemill_api::dis;
use tidemill_model::limits::{
    TAG_KEY_CHARS_MAX, TAG_QUERY_GROUPS_MAX, TAG_QUERY_LIMIT, TAG_QUERY_VALUES_MAX,
};
use tidemill_stream::{Stream, TagGroup, TagQuery};

pub(super) async fn query_resources(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:tags:list")?;
    let body: dis::ResourceQuery = request.json()?;
    let action = body.action.as_deref().ok_or_else(|| DisError::invalid("action is missing"))?;
    let page = match action {
        "count" => None,
        "filter" => Some(page_of(&body)?),
        other => return Err(tags::unsupported(other)),
    };
    let found = state.streams.tagged(&request.project, &query(&body)?);
    let total_count = found.len();
    let resources = page.map(|(offset, limit)| found.iter().skip(offset).take(limit).map(resource).collect());
    Ok(reply::json(StatusCode::OK, &dis::ResourceResult { resources, total_count }))
}

/// Offset and limit.
fn page_of(body: &dis::ResourceQuery) -> Result<(usize, usize), DisError> {
    let offset = number("offset", body.offset.as_ref(), 0..=i64::MAX)?.unwrap_or(0);
    let limit = number("limit", body.limit.as_ref(), TAG_QUERY_LIMIT)?.unwrap_or(*TAG_QUERY_LIMIT.end());
    let size = |n| usize::try_from(n).unwrap_or(usize::MAX);
    Ok((size(offset), size(limit)))
}

/// A number or numeric text; null and empty text count as absent.
fn number(name: &str, value: Option<&Value>, allowed: RangeInclusive<i64>) -> Result<Option<i64>, DisError> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        Some(_) => None,
    };
    let (from, to) = (allowed.start(), allowed.end());
    let wrong = || DisError::invalid(format!("{name} must be a number from {from} to {to}"));
    number.filter(|n| allowed.contains(n)).map(Some).ok_or_else(wrong)
}

fn query(body: &dis::ResourceQuery) -> Result<TagQuery, DisError> {
    Ok(TagQuery {
        tags: groups("tags", body.tags.as_deref())?,
        tags_any: groups("tags_any", body.tags_any.as_deref())?,
        not_tags: groups("not_tags", body.not_tags.as_deref())?,
        not_tags_any: groups("not_tags_any", body.not_tags_any.as_deref())?,
        name_prefixes: name_prefixes(body.matches.as_ref())?,
    })
}

fn groups(member: &str, groups: Option<&[dis::TagGroup]>) -> Result<Vec<TagGroup>, DisError> {
    let groups = groups.unwrap_or_default();
    if groups.len() > TAG_QUERY_GROUPS_MAX {
        return Err(DisError::invalid(format!("{member} may have {TAG_QUERY_GROUPS_MAX} keys")));
    }
    let group = |group: &dis::TagGroup| {
        let values = group.values.clone().unwrap_or_default();
        let named = (1..=TAG_KEY_CHARS_MAX).contains(&group.key.chars().count());
        if !named || values.len() > TAG_QUERY_VALUES_MAX {
            let rule = format!(
                "{member} needs keys of 1 to {TAG_KEY_CHARS_MAX} characters and at most {TAG_QUERY_VALUES_MAX} values each"
            );
            return Err(DisError::invalid(rule));
        }
        Ok(TagGroup { key: group.key.clone(), values })
    };
    groups.iter().map(group).collect()
}

/// The list of the documents, or a text as the SDKs type it: the list written as JSON, or just the name.
fn name_prefixes(matches: Option<&Value>) -> Result<Vec<String>, DisError> {
    match matches {
        None | Some(Value::Null) => Ok(vec![]),
        Some(Value::String(text)) if text.is_empty() => Ok(vec![]),
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(list @ Value::Array(_)) => name_prefixes(Some(&list)),
            _ => Ok(vec![text.clone()]),
        },
        Some(Value::Array(list)) => list.iter().map(name_prefix).collect(),
        Some(_) => Err(DisError::invalid("matches must be a list")),
    }
}

fn name_prefix(entry: &Value) -> Result<String, DisError> {
    match (entry.get("key").and_then(Value::as_str), entry.get("value").and_then(Value::as_str)) {
        (Some("resource_name"), Some(value)) => Ok(value.to_owned()),
        _ => Err(DisError::invalid("matches needs the key resource_name and a value")),
    }
}

fn resource(stream: &Arc<Stream>) -> dis::Resource {
    dis::Resource {
        resource_id: stream.id.clone(),
        resource_detail: None,
        tags: stream_detail::tags(&stream.tags),
        resource_name: stream.name.to_string(),
    }
}
