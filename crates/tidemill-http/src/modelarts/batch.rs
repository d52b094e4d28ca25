//! Answers to calls on several things at once.

use crate::modelarts::{ModelArtsError, reply};
use axum::response::Response;
use tidemill_api::modelarts::batch::{BatchResponse, BatchResult};

/// 200 with what became of each, in order.
pub(super) fn reply<E: Into<ModelArtsError>>(results: Vec<Result<(), E>>) -> Response {
    let one = |result: Result<(), E>| match result.map_err(Into::into) {
        Ok(()) => BatchResponse::done(),
        Err(error) => BatchResponse::failed(error.code, error.message),
    };
    reply::ok(&BatchResult::of(results.into_iter().map(one).collect()))
}
