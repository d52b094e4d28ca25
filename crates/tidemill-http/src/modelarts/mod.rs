//! The dataset API (ModelArts data management): one file a resource.

pub mod error;
pub mod reply;
pub mod request;
pub mod signed_url;

mod datasets;
mod detail;
mod versions;

pub use error::ModelArtsError;
pub use request::{ModelArtsRequest, Page};
pub use signed_url::UrlSigner;

use crate::dis::with_and_without_slash;
use crate::iam::PublicUrls;
use crate::request::Gate;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use tidemill_dataset::Datasets;

/// What the handlers of the dataset API share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ModelArtsState {
    /// What requests are checked with and what bounds them.
    pub gate: Gate,
    /// The datasets.
    pub datasets: Datasets,
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
    with_and_without_slash(routes).with_state(state)
}
