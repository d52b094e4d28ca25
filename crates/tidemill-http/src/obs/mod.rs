//! The object endpoint (OBS and S3): one file a resource.
//!
//! Keys are arbitrary, so there are no routes: [`router`] takes every request as it was received,
//! [`request`] finds bucket, key and parameters, [`dispatch`] picks the operation.

mod access;
mod acl;
mod append;
mod aws_chunked;
mod body;
mod bucket;
mod conditions;
mod copy;
mod dates;
mod delete_many;
mod dialect;
mod dispatch;
mod error;
mod fixed;
mod headers;
mod image;
mod list;
mod list_uploads;
mod multipart;
mod object;
mod payload;
mod probe;
mod query;
mod range;
mod reply;
mod request;
#[cfg(test)]
mod tests;
mod xml;
mod xml_read;

use std::sync::Arc;
use tidemill_iam::Iam;
use tidemill_iam::object_signature::Addressing;
use tidemill_model::Clock;
use tidemill_objects::Objects;

/// What the object endpoint works with.
#[derive(Clone, Debug)]
pub struct ObsState {
    /// The store.
    pub objects: Arc<Objects>,
    /// Keys and rights.
    pub iam: Arc<Iam>,
    /// The time.
    pub clock: Clock,
    /// The region that bucket locations name.
    pub region: String,
    /// Names under which the service is reached, without ports: a bucket's host is `{bucket}.{name}`.
    /// `localhost` and numeric addresses need not be listed.
    pub service_hosts: Vec<String>,
}

/// The object endpoint as a router that takes every request.
pub fn router(state: ObsState) -> axum::Router {
    let addressing = Addressing::new(state.service_hosts.iter().cloned());
    let endpoint = Arc::new(dispatch::Endpoint { state, addressing, images: image::ImageWork::default() });
    axum::Router::new().fallback(move |request| dispatch::serve(endpoint.clone(), request))
}
