//! `/datasets/{dataset_id}/metrics`.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply};
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use tidemill_api::modelarts::metrics::DatasetMetrics;

/// The route of monitoring data.
pub(super) fn routes() -> [(&'static str, MethodRouter<ModelArtsState>); 1] {
    [("/v2/{project_id}/datasets/{dataset_id}/metrics", get(read))]
}

async fn read(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let time = |name: &str| {
        let told = || ModelArtsError::invalid(format!("{name} is missing"));
        request.query.int(name)?.ok_or_else(told)
    };
    let (start_ms, end_ms) = (time("start_time")?, time("end_time")?);
    let dataset = request.path("dataset_id");
    let series = state.datasets.metrics(&request.project, dataset, start_ms, end_ms).await?;
    let metrics = series.into_iter().map(|(name, points)| (name.to_owned(), points)).collect();
    Ok(reply::ok(&DatasetMetrics { metrics }))
}
