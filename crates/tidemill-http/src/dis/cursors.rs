//! `GET /cursors`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tidemill_api::{ErrorCode, dis};
use tidemill_stream::{CursorType, GrantedAction, Position};

pub(super) async fn get_cursor(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:records:readCursor")?;
    let query = &request.query;
    let names = [query.get("stream-name"), query.get("stream-id")];
    let stream = lookup::granted(&state.streams, &request, names, GrantedAction::GetRecords)?;
    let partition = lookup::partition(query.get("partition-id").unwrap_or_default())?;
    let position = Position {
        kind: kind(query.get("cursor-type"))?,
        sequence: query.get("starting-sequence-number"),
        timestamp_ms: query.int("timestamp")?,
    };
    let issued = state.streams.issue_cursor(&stream, partition, position).await;
    let partition_cursor = issued.map_err(|error| DisError::cursor(error, &stream))?;
    Ok(reply::json(StatusCode::OK, &dis::Cursor { partition_cursor }))
}

fn kind(text: Option<&str>) -> Result<CursorType, DisError> {
    let Some(text) = text else { return Ok(CursorType::AtSequenceNumber) };
    let shown: String = text.chars().take(40).collect();
    CursorType::parse(text).ok_or_else(|| DisError::new(ErrorCode::InvalidCursorType, &[&shown]))
}
