//! What the listeners serve, put together: one router a listener.

use crate::dis::subscriptions::{self, NotifyState};
use crate::dis::transfer_tasks::{self, TransferState};
use crate::dis::{self, DisState};
use crate::iam::{self, IamState, PublicUrls};
use crate::modelarts::{self, ModelArtsState};
use crate::obs::{self, ObsState};
use crate::request::{Budget, Gate, Guard};
use crate::{ops, trace};
use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tidemill_dataset::Datasets;
use tidemill_dump::Dumps;
use tidemill_iam::Iam;
use tidemill_meta::Meta;
use tidemill_model::Clock;
use tidemill_notify::Notifications;
use tidemill_objects::Objects;
use tidemill_processing::Processing;
use tidemill_stream::Streams;

/// Everything behind the routes. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The metadata, for readiness.
    pub meta: Meta,
    /// Identities, tokens and keys.
    pub iam: Arc<Iam>,
    /// The streams and their log.
    pub streams: Streams,
    /// The dump tasks.
    pub dumps: Dumps,
    /// The datasets.
    pub datasets: Datasets,
    /// The processing tasks.
    pub processing: Processing,
    /// The subscriptions to events.
    pub notifications: Notifications,
    /// The object store.
    pub objects: Arc<Objects>,
    /// Time.
    pub clock: Clock,
    /// Room for request bodies of the stream API.
    pub budget: Budget,
    /// Rates of projects and addresses.
    pub guard: Guard,
    /// Where clients reach this installation.
    pub public: Arc<PublicUrls>,
    /// Names of the object endpoint, without ports: a bucket's host is `{bucket}.{name}`.
    pub service_hosts: Vec<String>,
    /// What `/metrics` renders.
    pub metrics: PrometheusHandle,
}

/// The routes of the API listener: streams, identity, operations.
pub fn api_router(services: &Services) -> Router {
    let identity = IamState { iam: services.iam.clone(), public: services.public.clone() };
    let gate = Gate {
        iam: services.iam.clone(),
        clock: services.clock.clone(),
        budget: services.budget.clone(),
        guard: services.guard.clone(),
    };
    let models = ModelArtsState {
        gate: gate.clone(),
        datasets: services.datasets.clone(),
        processing: services.processing.clone(),
        public: services.public.clone(),
    };
    let dis = DisState { streams: services.streams.clone(), gate };
    Router::new()
        .route("/", get(front).with_state(identity.clone()))
        .method_not_allowed_fallback(dis::wrong_method)
        .merge(ops::router(services.clone()))
        .merge(iam::router(identity))
        .merge(dis::router(dis.clone()))
        .merge(transfer_tasks::router(TransferState { dis: dis.clone(), dumps: services.dumps.clone() }))
        .merge(subscriptions::router(NotifyState { dis, notifications: services.notifications.clone() }))
        .merge(modelarts::router(models))
        .fallback(dis::unknown_route)
        .layer(axum::middleware::from_fn(trace::trace))
}

/// The routes of the object listener.
pub fn objects_router(services: &Services) -> Router {
    let obs = ObsState {
        objects: services.objects.clone(),
        iam: services.iam.clone(),
        clock: services.clock.clone(),
        region: services.public.region.clone(),
        service_hosts: services.service_hosts.clone(),
    };
    obs::router(obs).layer(axum::middleware::from_fn(trace::trace))
}

/// `GET /`: a page for browsers, the identity versions for API clients.
async fn front(state: axum::extract::State<IamState>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") {
        ops::page().into_response()
    } else {
        iam::versions(state, headers).await.into_response()
    }
}
