//! The dataset API (ModelArts data management): one file a resource.

pub mod error;
pub mod reply;
pub mod request;
pub mod signed_url;

mod batch;
mod datasets;
mod detail;
mod export_tasks;
mod import_tasks;
mod labels;
mod metrics;
mod not_offered;
mod preview;
mod processor_results;
mod processor_tasks;
mod processor_versions;
mod sample_detail;
mod sample_labels;
mod sample_query;
mod samples;
mod sync;
mod tasks;
mod to_the_end;
mod upload;
mod version_samples;
mod versions;

pub use error::ModelArtsError;
pub use request::{ModelArtsRequest, Page};
pub use signed_url::UrlSigner;

use crate::dis::with_and_without_slash;
use crate::iam::PublicUrls;
use crate::request::Gate;
use axum::Router;
use axum::routing::{MethodRouter, get, post, put};
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

/// A path and what its methods do.
type Route = (&'static str, MethodRouter<ModelArtsState>);

/// The routes of datasets. Each resource adds its own; literal segments win over templates.
pub fn router(state: ModelArtsState) -> Router {
    let routes = dataset_routes()
        .into_iter()
        .chain(label_routes())
        .chain(sample_routes())
        .chain(version_routes())
        .chain(import_tasks::routes())
        .chain(sync::routes())
        .chain(export_tasks::routes())
        .chain(metrics::routes())
        .chain(not_offered::labeling_teams())
        .chain(not_offered::intelligent_tasks());
    let all = with_and_without_slash(routes).merge(processing_routes());
    all.route_layer(axum::middleware::from_fn(to_the_end::to_the_end)).with_state(state)
}

fn dataset_routes() -> Vec<Route> {
    let all = get(datasets::list).post(datasets::create);
    let one = get(datasets::describe).put(datasets::update).delete(datasets::delete);
    vec![
        ("/v2/{project_id}/datasets", all),
        ("/v2/{project_id}/datasets/{dataset_id}", one),
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/stats", get(samples::stats)),
    ]
}

fn label_routes() -> Vec<Route> {
    let all = get(labels::list).post(labels::create).put(labels::update);
    // A label may have the name `delete`.
    let deleting = post(labels::delete).put(labels::update_one).delete(labels::delete_one);
    let one = put(labels::update_one).delete(labels::delete_one);
    vec![
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/labels", all),
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/labels/delete", deleting),
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/labels/{label_name}", one),
    ]
}

fn sample_routes() -> Vec<Route> {
    let all = get(samples::list).post(upload::upload).put(samples::update);
    let one = get(samples::describe);
    let conditions = get(samples::search_values);
    vec![
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples", all),
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples/delete", post(samples::delete)),
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples/{sample_id}", one),
        ("/v2/{project_id}/datasets/{dataset_id}/data-annotations/search-condition", conditions),
    ]
}

fn version_routes() -> Vec<Route> {
    let all = get(versions::list).post(versions::create);
    let one = get(versions::describe).delete(versions::delete);
    vec![
        ("/v2/{project_id}/datasets/{dataset_id}/versions", all),
        ("/v2/{project_id}/datasets/{dataset_id}/versions/{version_id}", one),
    ]
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
