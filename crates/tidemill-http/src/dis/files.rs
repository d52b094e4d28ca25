//! `GET /files/{deliver_data_id}/state`, of an old way to send small files in pieces.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, reply};
use axum::response::Response;
use http::StatusCode;
use tidemill_api::dis;

/// Records here never make up a file, so no file of that way is ever found.
const NOT_FOUND: &str = "not found";

pub(super) async fn file_state(request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:records:read")?;
    let text = |name| request.query.get(name).unwrap_or_default().to_owned();
    let answer = dis::FileState {
        stream_name: text("stream-name"),
        file_name: text("file-name"),
        deliver_data_id: request.path("deliver_data_id").to_owned(),
        state: NOT_FOUND.to_owned(),
    };
    Ok(reply::json(StatusCode::OK, &answer))
}
