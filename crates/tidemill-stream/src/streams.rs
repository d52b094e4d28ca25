//! The handle on all streams.

use crate::catalog::Catalog;
use crate::cursor::CursorKey;
use crate::group::Groups;
use crate::stream::{ScaleRecord, Stream, StreamType};
use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tidemill_log::LogStore;
use tidemill_meta::Meta;
use tidemill_model::limits::RETENTION_HOURS_MIN;
use tidemill_model::{Clock, Events, ProjectId};

/// What the deployment allows.
#[derive(Clone, Copy, Debug)]
pub struct StreamsConfig {
    /// Active partitions of COMMON streams a project may have.
    pub common_partitions_max: u64,
    /// Active partitions of ADVANCED streams a project may have.
    pub advanced_partitions_max: u64,
    /// Whether partitions take and give no more than their stream's type promises.
    pub throughput: bool,
    /// Manual increases of a stream's partitions in any hour.
    pub scale_ups_per_hour: usize,
    /// Automatic increases of a stream's partitions in any hour.
    pub auto_scale_ups_per_hour: usize,
    /// Decreases of a stream's partitions in any hour.
    pub scale_downs_per_hour: usize,
    /// Longest retention a stream may be made with, in hours.
    pub retention_hours_max: i64,
    /// Longest retention a stream may be changed to, in hours.
    pub retention_hours_updated_max: i64,
}

impl Default for StreamsConfig {
    fn default() -> Self {
        Self {
            common_partitions_max: 50,
            advanced_partitions_max: 10,
            throughput: true,
            scale_ups_per_hour: 10,
            auto_scale_ups_per_hour: 10,
            scale_downs_per_hour: 1,
            retention_hours_max: 72,
            retention_hours_updated_max: 168,
        }
    }
}

impl StreamsConfig {
    /// Active partitions of streams of one type a project may have.
    pub fn partitions_max(&self, stream_type: StreamType) -> u64 {
        match stream_type {
            StreamType::Common => self.common_partitions_max,
            StreamType::Advanced => self.advanced_partitions_max,
        }
    }

    /// Refuses a retention below 24 hours or above `max`, both in hours; the error says what is allowed.
    pub(crate) fn check_retention(hours: i64, max: i64) -> Result<(), String> {
        if (RETENTION_HOURS_MIN..=max).contains(&hours) {
            return Ok(());
        }
        Err(format!("data_duration must be {RETENTION_HOURS_MIN} to {max} hours, got {hours}"))
    }

    /// How many changes like `record` a stream may have in any hour.
    pub(crate) fn scalings_per_hour(&self, record: ScaleRecord) -> usize {
        match (record.is_up(), record.auto) {
            (true, false) => self.scale_ups_per_hour,
            (true, true) => self.auto_scale_ups_per_hour,
            (false, _) => self.scale_downs_per_hour,
        }
    }
}

/// Ends what hangs on a stream before its records go.
#[async_trait]
pub trait StreamEnd: Send + Sync {
    /// Called once TERMINATING is durable and before the records are removed; again after a restart if the
    /// deletion was not finished, so it is idempotent. An error stops the deletion, which is tried again.
    async fn end(&self, stream: &Stream) -> Result<(), String>;
}

/// All streams of the server. Cheap to clone.
#[derive(Clone)]
pub struct Streams(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) meta: Meta,
    pub(crate) log: Arc<dyn LogStore>,
    pub(crate) clock: Clock,
    pub(crate) config: StreamsConfig,
    pub(crate) catalog: Catalog,
    pub(crate) groups: Groups,
    pub(crate) cursor_key: CursorKey,
    pub(crate) events: Events,
    /// When the streams were opened, in ms since the epoch.
    pub(crate) opened_ms: i64,
    /// Held by whoever moves minutes of traffic from memory to the metadata, and by readers of both.
    pub(crate) moving_traffic: tokio::sync::RwLock<()>,
    /// The last hour in which old traffic was removed.
    pub(crate) traffic_forgotten_hour: AtomicI64,
    /// The last minute whose traffic scaled partitions: a second look would find nothing of it.
    pub(crate) judged_minute: AtomicI64,
    /// When each project was last told that a quota is used up.
    pub(crate) quota_told_ms: Mutex<HashMap<ProjectId, i64>>,
    pub(crate) ends: RwLock<Vec<Arc<dyn StreamEnd>>>,
}

impl Streams {
    /// The stream with this name, else with this id, in the project.
    pub fn find(&self, project: &ProjectId, name_or_id: &str) -> Option<Arc<Stream>> {
        let now = self.0.catalog.now();
        let of_project = || now.by_id(name_or_id).filter(|s| s.project == *project);
        now.by_name(project, name_or_id).or_else(of_project).cloned()
    }

    /// The stream with this id, in any project.
    pub fn by_id(&self, id: &str) -> Option<Arc<Stream>> {
        self.0.catalog.now().by_id(id).cloned()
    }

    /// Every stream of every project, in no order.
    pub fn all(&self) -> Vec<Arc<Stream>> {
        self.0.catalog.now().all().cloned().collect()
    }

    /// The project's streams, names ascending.
    pub fn of_project(&self, project: &ProjectId) -> Vec<Arc<Stream>> {
        self.0.catalog.now().of_project(project).cloned().collect()
    }

    /// The record log.
    pub fn log(&self) -> &Arc<dyn LogStore> {
        &self.0.log
    }

    /// Registers what has to end before a stream's records go.
    pub fn before_delete(&self, hook: Arc<dyn StreamEnd>) {
        self.0.ends.write().push(hook);
    }
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Streams")
    }
}
