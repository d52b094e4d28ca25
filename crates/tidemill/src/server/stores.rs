//! Everything behind the listeners, opened in the order in which it is built on one another.

use super::embedding;
use super::identity;
use super::local_buckets::LocalBuckets;
use crate::cmd::ChildTrial;
use crate::config::{LimitSettings, Settings};
use crate::data_dir::DataDir;
use anyhow::{Context, Result};
use std::sync::Arc;
use tidemill_dataset::{Datasets, DatasetsConfig};
use tidemill_dump::{DumpConfig, Dumps};
use tidemill_iam::Iam;
use tidemill_log::LogStore;
use tidemill_log::disk::{DiskLog, DiskLogConfig};
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, Events};
use tidemill_notify::Notifications;
use tidemill_objects::Objects;
use tidemill_processing::{Processing, ProcessingConfig};
use tidemill_stream::{Streams, StreamsConfig};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Files of the journal ring: enough that one is settled while the next is written.
const RING_FILES_MIN: u64 = 4;
const RING_FILES_MAX: u64 = 8;
/// A ring file takes the largest request whole, or the request could never be appended.
const RING_FILE_BYTES_MIN: u64 = 8 << 20;
/// Events that may wait to be stored; more at once are dropped.
const EVENTS_MAX: usize = 10_000;

/// The opened stores and what works on them.
pub(super) struct Stores {
    pub(super) meta: Meta,
    pub(super) log: Arc<dyn LogStore>,
    pub(super) iam: Arc<Iam>,
    pub(super) objects: Arc<Objects>,
    pub(super) streams: Streams,
    pub(super) dumps: Dumps,
    pub(super) datasets: Datasets,
    pub(super) processing: Processing,
    pub(super) notifications: Notifications,
    stop: CancellationToken,
    upkeep: JoinHandle<()>,
    telling: JoinHandle<()>,
}

impl Stores {
    /// Opens or makes all of it in `data_dir`.
    pub(super) async fn open(settings: &Settings, data_dir: &DataDir, clock: &Clock) -> Result<Self> {
        let file = data_dir.join("meta.db");
        let first = identity::complete(data_dir.path(), &settings.identity, !file.exists())?;
        let meta = SqliteStore::open(&file).await.context("cannot open the metadata")?;
        let log = open_log(data_dir, &settings.limits, clock).await?;
        let (iam, found) = Iam::open(meta.clone(), clock.clone(), &data_dir.join("sealing.key"), &first)
            .await
            .context("cannot open the identities")?;
        identity::warn_of_differences(&found, &settings.identity);
        let objects = Objects::open(&data_dir.join("objects"), meta.clone(), clock.clone())
            .await
            .context("cannot open the object store")?;
        let objects = Arc::new(objects);
        let (events, raised) = Events::channel(EVENTS_MAX);
        let streams = Streams::open(
            meta.clone(),
            log.clone(),
            clock.clone(),
            streams_config(&settings.limits),
            events.clone(),
        )
        .await
        .context("cannot open the streams")?;
        let buckets = Arc::new(LocalBuckets { objects: objects.clone(), meta: meta.clone() });
        let datasets = open_datasets(&meta, &buckets, &settings.limits, clock).await?;
        let processing = open_processing(&datasets, settings, data_dir).await?;
        let dump_config =
            DumpConfig { drain: settings.limits.drain_window, ..DumpConfig::new(data_dir.join("spool")) };
        let dumps =
            Dumps::open(meta.clone(), streams.clone(), buckets, clock.clone(), dump_config, events.clone())
                .await
                .context("cannot open the dump tasks")?;
        let notifications = Notifications::open(meta.clone(), streams.clone(), clock.clone())
            .await
            .context("cannot open the subscriptions")?;
        // Retention and unfinished deletions: only now that dump tasks hold what they have not delivered.
        let stop = CancellationToken::new();
        let upkeep = tokio::spawn({
            let (streams, stop) = (streams.clone(), stop.clone());
            async move { streams.run(stop).await }
        });
        let telling = tokio::spawn({
            let (notifications, stop) = (notifications.clone(), stop.clone());
            async move { notifications.run(raised, stop).await }
        });
        Ok(Self {
            meta,
            log,
            iam: Arc::new(iam),
            objects,
            streams,
            dumps,
            datasets,
            processing,
            notifications,
            stop,
            upkeep,
            telling,
        })
    }

    /// Stops what works, marks the end of the log and closes the metadata. Dump tasks do not flush: they go
    /// on where they are at the next start.
    pub(super) async fn close(self) {
        self.stop.cancel();
        self.dumps.shutdown().await;
        self.processing.shutdown().await;
        self.datasets.shutdown().await;
        let _ = self.upkeep.await;
        let _ = self.telling.await;
        self.log.shutdown().await;
        self.meta.close().await;
    }
}

async fn open_datasets(
    meta: &Meta,
    buckets: &Arc<LocalBuckets>,
    limits: &LimitSettings,
    clock: &Clock,
) -> Result<Datasets> {
    let artefacts = buckets.artefacts().await.context("cannot open the server's own bucket")?;
    let config = DatasetsConfig { publish_interval: limits.publish_interval };
    let opened = Datasets::open(meta.clone(), buckets.clone(), artefacts, clock.clone(), config).await;
    opened.context("cannot open the datasets")
}

async fn open_processing(datasets: &Datasets, settings: &Settings, data_dir: &DataDir) -> Result<Processing> {
    let limits = &settings.limits;
    let memory_bytes = limits.processing_memory_bytes;
    let mut config = ProcessingConfig {
        memory_bytes,
        query_bytes: memory_bytes / 4,
        spill: data_dir.join("spill"),
        ..ProcessingConfig::default()
    };
    if let Some(threads) = limits.processing_threads {
        config.threads = threads as usize;
    }
    let opened =
        Processing::open(datasets.clone(), embedding::open(settings)?, Arc::new(ChildTrial), config).await;
    opened.context("cannot open the processing tasks")
}

async fn open_log(data_dir: &DataDir, limits: &LimitSettings, clock: &Clock) -> Result<Arc<dyn LogStore>> {
    let ring_files = (limits.log_ring_bytes / RING_FILE_BYTES_MIN).clamp(RING_FILES_MIN, RING_FILES_MAX);
    let config = DiskLogConfig {
        ring_files: ring_files as u32,
        ring_file_bytes: limits.log_ring_bytes / ring_files,
        hold_age: limits.delivery_hold,
        hold_bytes: limits.delivery_hold_bytes,
        disk_full_below: limits.disk_full_below,
        ..DiskLogConfig::default()
    };
    let (dir, clock) = (data_dir.join("log"), clock.clone());
    let opened = tokio::task::spawn_blocking(move || DiskLog::open(&dir, config, clock)).await?;
    Ok(Arc::new(opened.context("cannot open the record log")?))
}

fn streams_config(limits: &LimitSettings) -> StreamsConfig {
    StreamsConfig {
        common_partitions_max: limits.common_partitions_max.into(),
        advanced_partitions_max: limits.advanced_partitions_max.into(),
        throughput: limits.throughput,
        scale_ups_per_hour: limits.scale_ups_per_hour as usize,
        auto_scale_ups_per_hour: limits.auto_scale_ups_per_hour as usize,
        scale_downs_per_hour: limits.scale_downs_per_hour as usize,
        retention_hours_max: limits.retention_hours_max.into(),
        retention_hours_updated_max: limits.retention_hours_updated_max.into(),
    }
}
