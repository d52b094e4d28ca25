//! The stream API (DIS): one file a resource.

mod apps;
mod checkpoints;
pub mod compression;
mod cursors;
pub mod error;
mod files;
mod get_records;
mod groups;
mod lookup;
mod metrics;
mod policies;
pub mod protobuf;
pub mod put_body;
mod put_records;
pub mod reply;
pub mod request;
mod stream_detail;
mod stream_settings;
mod streams;
pub mod subscriptions;
mod tag_query;
mod tags;
pub mod transfer_tasks;

use crate::request::Gate;
pub use error::DisError;
pub use request::DisRequest;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, post, put};
use tidemill_api::ErrorCode;
use tidemill_stream::Streams;

/// What the handlers of the stream API share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DisState {
    /// The streams.
    pub streams: Streams,
    /// What requests are checked with and what bounds them.
    pub gate: Gate,
}

/// The routes of streams, records, cursors, apps and checkpoints.
///
/// A wrong method is answered here; the outer router answers unknown routes with [`unknown_route`].
pub fn router(state: DisState) -> Router {
    // A layer covers the methods before it: answers to reading calls may be packed, others never are.
    let streams = get(streams::list_streams).layer(reply::gzip()).post(streams::create_stream);
    let stream = get(streams::describe_stream)
        .layer(reply::gzip())
        .put(streams::update_partition_count)
        .delete(streams::delete_stream);
    let records = get(get_records::get_records).layer(reply::gzip()).post(put_records::put_records);
    let checkpoints = get(checkpoints::get_checkpoint)
        .post(checkpoints::commit_checkpoint)
        .delete(checkpoints::delete_checkpoint);
    let policies = get(policies::list_policies).post(policies::create_policy).delete(policies::delete_policy);
    let routes = [
        ("/v2/{project_id}/streams", streams),
        ("/v2/{project_id}/streams/{stream_name}", stream),
        ("/v2/{project_id}/streams/{stream_name}/update", put(stream_settings::update_stream_legacy)),
        ("/v2/{project_id}/streams/{stream_name}/policies", policies),
        ("/v3/{project_id}/streams/{stream_name}/policies", post(policies::create_policy_v3)),
        ("/v3/{project_id}/streams/{stream_name}", put(stream_settings::update_stream)),
        ("/v2/{project_id}/streams/{stream_name}/metrics", get(metrics::stream_metrics)),
        (
            "/v2/{project_id}/streams/{stream_name}/partitions/{partition_id}/metrics",
            get(metrics::partition_metrics),
        ),
        ("/v2/{project_id}/records", records),
        ("/v2/{project_id}/files/{deliver_data_id}/state", get(files::file_state)),
        ("/v2/{project_id}/cursors", get(cursors::get_cursor)),
        ("/v2/{project_id}/apps", get(apps::list_apps).layer(reply::gzip()).post(apps::create_app)),
        ("/v2/{project_id}/apps/{app_name}", get(apps::describe_app).delete(apps::delete_app)),
        ("/v2/{project_id}/apps/{app_name}/streams/{stream_name}", get(apps::consumer_state)),
        ("/v2/{project_id}/checkpoints", checkpoints),
        ("/v2/{project_id}/stream/tags", get(tags::list_project_tags)),
        ("/v2/{project_id}/stream/resource_instances/action", post(tag_query::query_resources)),
        ("/v2/{project_id}/stream/{stream_id}/tags", get(tags::list_tags).post(tags::add_tag)),
        // A tag may have the key `action`.
        ("/v2/{project_id}/stream/{stream_id}/tags/action", post(tags::batch_tags).delete(tags::delete_tag)),
        ("/v2/{project_id}/stream/{stream_id}/tags/{key}", delete(tags::delete_tag)),
        ("/v2/{project_id}/{resource_type}/tags", get(tags::other_resource)),
        ("/v2/{project_id}/{resource_type}/resource_instances/action", post(tags::other_resource)),
        ("/v2/{project_id}/apps/{app_name}/consumers", post(groups::join_group)),
        ("/v2/{project_id}/apps/{app_name}/consumers/{client_id}", delete(groups::leave_group)),
        ("/v2/{project_id}/apps/{app_name}/consumers/{client_id}/partitions", post(groups::sync_group)),
        ("/v2/{project_id}/apps/{app_name}/consumers/{client_id}/heartbeats", post(groups::heartbeat)),
    ];
    with_and_without_slash(routes).with_state(state)
}

/// Routes of this API: each path also with a trailing slash, other methods refused in the API's shape.
pub fn with_and_without_slash<S: Clone + Send + Sync + 'static>(
    routes: impl IntoIterator<Item = (&'static str, MethodRouter<S>)>,
) -> Router<S> {
    let router = routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    });
    router.method_not_allowed_fallback(wrong_method)
}

/// 404 for a route that does not exist.
pub async fn unknown_route() -> DisError {
    DisError::new(ErrorCode::UnknownRoute, &[])
}

/// 405 for a route that exists for other methods.
pub async fn wrong_method() -> DisError {
    DisError::new(ErrorCode::WrongMethod, &[])
}

#[cfg(test)]
mod tests;
