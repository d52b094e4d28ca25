//! The dialect probe: how a client finds out, unsigned, that this endpoint speaks OBS.

use super::dispatch::Endpoint;
use super::error::ObsError;
use super::reply::empty;
use super::request::Target;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode};

/// `HEAD /?apiversion`, of the service or of a bucket.
pub(crate) fn is_probe(method: &Method, target: &Target) -> bool {
    *method == Method::HEAD && target.key.is_empty() && target.query.has("apiversion")
}

/// 200 with the API's version, which every unsigned answer carries; 404 for a bucket that is not there.
pub(crate) async fn answer(endpoint: &Endpoint, target: &Target) -> Result<Response, ObsError> {
    if let Some(bucket) = &target.bucket {
        endpoint.state.objects.bucket_info(bucket).await?;
    }
    Ok(empty(StatusCode::OK, HeaderMap::new()))
}
