//! The stores as the routes see them.

use super::stores::Stores;
use crate::config::{LimitSettings, Settings};
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tidemill_http::Services;
use tidemill_http::iam::PublicUrls;
use tidemill_http::request::{Budget, Guard, Rates};
use tidemill_model::Clock;

/// Everything behind the routes.
pub(super) fn services(
    settings: &Settings,
    stores: &Stores,
    clock: &Clock,
    metrics: PrometheusHandle,
    objects_port: u16,
) -> Services {
    let public = PublicUrls {
        api: settings.public_url.clone(),
        objects: settings.public_objects_url.clone(),
        tls: settings.tls.is_some(),
        objects_port,
        region: settings.identity.region.clone(),
    };
    Services {
        meta: stores.meta.clone(),
        iam: stores.iam.clone(),
        streams: stores.streams.clone(),
        dumps: stores.dumps.clone(),
        datasets: stores.datasets.clone(),
        processing: stores.processing.clone(),
        notifications: stores.notifications.clone(),
        objects: stores.objects.clone(),
        clock: clock.clone(),
        guard: Guard::new(clock.clone(), rates(&settings.limits)),
        budget: Budget::with_bytes(clock.clone(), settings.limits.request_bytes_max),
        public: Arc::new(public),
        service_hosts: settings.public_objects_url.iter().filter_map(|url| host(url)).collect(),
        metrics,
    }
}

fn rates(limits: &LimitSettings) -> Rates {
    Rates { stream_requests: limits.stream_requests, failed_authentications: limits.failed_authentications }
}

/// The name in a URL, without its port.
fn host(url: &str) -> Option<String> {
    let uri: ureq::http::Uri = url.parse().ok()?;
    uri.host().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_service_is_known_by_the_name_in_its_url() {
        assert_eq!(super::host("https://obs.local-1.example:7071").as_deref(), Some("obs.local-1.example"));
    }
}
