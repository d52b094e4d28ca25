//! `PUT` of a stream's settings, in the present form (v3) and in the older one.

use crate::dis::error::DisError;
use crate::dis::streams::word;
use crate::dis::{DisRequest, DisState, lookup, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;
use tidemill_api::dis;
use tidemill_stream::{DataType, Stream, StreamUpdate};

/// `PUT /v3/…/streams/{stream_name}`: what is absent stays.
pub(super) async fn update_stream(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:update")?;
    change(&state, &request, wanted(request.json()?)?).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// `PUT /v2/…/streams/{stream_name}/update`: changes the settings of one kind.
pub(super) async fn update_stream_legacy(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:update")?;
    let stream = change(&state, &request, wanted_legacy(request.json()?)?).await?;
    let result = dis::UpdateStreamLegacyResult {
        stream_name: stream.name.to_string(),
        target_data_type: stream.data_type.as_str().to_owned(),
    };
    Ok(reply::json(StatusCode::OK, &result))
}

async fn change(
    state: &DisState,
    request: &DisRequest,
    update: StreamUpdate,
) -> Result<Arc<Stream>, DisError> {
    let names = [Some(request.path("stream_name")), None];
    let stream = lookup::stream(&state.streams, &request.project, names)?;
    let updated = state.streams.update_stream(&stream.id, update).await;
    updated.map_err(|error| DisError::update(error, &stream))
}

fn wanted(body: dis::UpdateStream) -> Result<StreamUpdate, DisError> {
    Ok(StreamUpdate {
        retention_hours: body.data_duration,
        data_type: word("data_type", body.data_type, DataType::parse)?,
        data_schema: body.data_schema.filter(|text| !text.is_empty()),
        auto_scale_enabled: body.auto_scale_enabled,
        auto_scale_min: body.auto_scale_min_partition_count,
        auto_scale_max: body.auto_scale_max_partition_count,
    })
}

fn wanted_legacy(body: dis::UpdateStreamLegacy) -> Result<StreamUpdate, DisError> {
    let given = wanted(body.settings)?;
    match body.update_type.as_deref() {
        Some("DATA_TYPE") if given.data_type.is_none() => Err(DisError::invalid("data_type is missing")),
        Some("DATA_TYPE") => Ok(StreamUpdate {
            data_type: given.data_type,
            data_schema: given.data_schema,
            ..StreamUpdate::default()
        }),
        Some("AUTO_SCALE") => {
            Ok(StreamUpdate { retention_hours: None, data_type: None, data_schema: None, ..given })
        }
        _ => Err(DisError::invalid("update_type must be DATA_TYPE or AUTO_SCALE")),
    }
}
