//! The life of a server: lock, open, listen, serve until a signal, drain, close.

use super::listeners::Listeners;
use super::stores::Stores;
use super::test_control::TestControl;
use super::{running, services::services, signals};
use crate::config::{Settings, TlsFiles};
use crate::data_dir::DataDir;
use crate::failure::usage;
use anyhow::{Context, Result};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::io::Write;
use tidemill_http::pace::Pace;
use tidemill_http::server::serve;
use tidemill_http::{api_router, objects_router, tls};
use tidemill_model::Clock;

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(settings: &Settings) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(live(settings))
}

async fn live(settings: &Settings) -> Result<()> {
    let stop = signals::stop_token()?;
    let data_dir = DataDir::open(&settings.data_dir)?;
    let acceptor = |files: &TlsFiles| tls::acceptor(&files.cert, &files.key);
    let tls = settings.tls.as_ref().map(acceptor).transpose().map_err(|error| usage(error.to_string()))?;
    let listeners = Listeners::bind(settings).await?;
    let urls = listeners.urls(tls.is_some());
    let clock = Clock::system();
    let control = settings.test_control.as_deref().map(TestControl::bind).transpose()?;
    let metrics = PrometheusBuilder::new().install_recorder().context("cannot collect metrics")?;
    let stores = Stores::open(settings, &data_dir, &clock).await?;
    let services = services(settings, &stores, &clock, metrics, listeners.objects.addr.port());

    let control = control.map(|control| tokio::spawn(control.run(clock.clone())));
    let drain = settings.limits.drain_window;
    // Objects are sent as they are read: who takes them slowly holds no room.
    let pace = Pace::new(clock.clone(), services.budget.clone());
    let api = serve(listeners.api, api_router(&services), tls.clone(), stop.clone(), drain, Some(pace));
    let objects = serve(listeners.objects, objects_router(&services), tls, stop.clone(), drain, None);
    let serving = tokio::spawn(async move { tokio::join!(api, objects) });
    running::write(data_dir.path(), &urls)?;
    tracing::info!(api = %urls.api, objects = %urls.objects, data_dir = %data_dir.path().display(), "ready");
    // Nobody has to listen to the ready line.
    let _ = writeln!(std::io::stdout(), "tidemill ready api={} objects={}", urls.api, urls.objects);

    serving.await.context("a listener failed")?;
    running::remove(data_dir.path());
    if let Some(control) = control {
        control.abort();
    }
    stores.close().await;
    tracing::info!("stopped");
    Ok(())
}
