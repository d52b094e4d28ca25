//! The text that is sent: JSON, the same for a webhook and for a stream.

use crate::kind;
use serde::Serialize;
use tidemill_model::{Event, random_id};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One message. `id` is new for every event and the same at every attempt, so that a receiver can tell
/// repetitions.
#[derive(Debug, Serialize)]
struct Message<'e> {
    id: String,
    /// RFC 3339, UTC, ms.
    time: String,
    event: &'static str,
    event_type: &'static str,
    level: &'static str,
    source: &'static str,
    project_id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_name: Option<&'e str>,
    detail: &'e str,
}

/// The message for an event as JSON text.
pub(crate) fn message(event: &Event) -> Result<String, serde_json::Error> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(event.at_ms) * 1_000_000);
    let time = at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
    let stream = event.stream.as_ref();
    serde_json::to_string(&Message {
        id: random_id(),
        time,
        event: kind::title(event.kind),
        event_type: kind::event_type(event.kind).as_str(),
        level: kind::level(event.kind).as_str(),
        source: kind::source(event.kind).as_str(),
        project_id: event.project.as_str(),
        stream_id: stream.map(|(id, _)| id.as_str()),
        stream_name: stream.map(|(_, name)| name.as_str()),
        task_name: event.task.as_deref(),
        detail: &event.detail,
    })
}
