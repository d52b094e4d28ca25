//! The dataset API (ModelArts data management): one file a resource.

pub mod error;
pub mod reply;
pub mod request;
pub mod signed_url;

mod datasets;
mod detail;
mod import_tasks;
mod processor_results;
mod processor_tasks;
mod processor_versions;
mod sync;
mod tasks;
mod versions;

pub use error::ModelArtsError;
pub use request::{ModelArtsRequest, Page};
pub use signed_url::UrlSigner;

use crate::dis::with_and_without_slash;
use crate::iam::PublicUrls;
use crate::request::Gate;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;
use tidemill_dataset::Datasets;
use tidemill_processing::Processing;

/// What the handlers of the dataset API share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ModelArtsState {
    /// What requests are checked with and what bounds them.
    pub gate: Gate,
    /// The datasets.
    pub datasets: Datasets,
    /// The processing tasks.
    pub processing: Processing,
    /// Where clients reach this installation.
    pub public: Arc<PublicUrls>,
}

/// The routes of datasets. Each resource adds its own; literal segments win over templates.
pub fn router(state: ModelArtsState) -> Router {
    let all = get(datasets::list).post(datasets::create);
    let one = get(datasets::describe).delete(datasets::delete);
    let versions = get(versions::list).post(versions::create);
    let version = get(versions::describe).delete(versions::delete);
    let routes = [
        ("/v2/{project_id}/datasets", all),
        ("/v2/{project_id}/datasets/{dataset_id}", one),
        ("/v2/{project_id}/datasets/{dataset_id}/versions", versions),
        ("/v2/{project_id}/datasets/{dataset_id}/versions/{version_id}", version),
    ];
    let routes = routes.into_iter().chain(import_tasks::routes()).chain(sync::routes());
    with_and_without_slash(routes).merge(processing_routes()).with_state(state)
}

fn processing_routes() -> Router<ModelArtsState> {
    let all = get(processor_tasks::list).post(processor_tasks::create);
    let one = get(processor_tasks::describe).put(processor_tasks::update).delete(processor_tasks::delete);
    let versions = get(processor_versions::list).post(processor_versions::create);
    let version = get(processor_versions::describe).delete(processor_versions::delete);
    with_and_without_slash([
        ("/v2/{project_id}/processor-tasks", all),
        ("/v2/{project_id}/processor-tasks/items", get(processor_tasks::items)),
        ("/v2/{project_id}/processor-tasks/{task_id}", one),
        ("/v2/{project_id}/processor-tasks/{task_id}/versions", versions),
        ("/v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}", version),
        (
            "/v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}/results",
            get(processor_results::list),
        ),
        (
            "/v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}/stop",
            post(processor_versions::stop),
        ),
        (
            "/v2/{project_id}/tidemill/processor-tasks/{task_id}/versions/{version_id}/progress",
            get(processor_versions::progress),
        ),
    ])
}
