//! Streams on a memory log and a real catalog: restarts, crashes, callers at the same time.

#![allow(clippy::unwrap_used)] // a failed step is a failed test

mod append;
mod auto_scale;
mod delete;
mod limits;
mod restart;
mod retention;
mod scaling;
mod throttle;
mod traffic;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidemill_log::{LogStore, MemoryLog};
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, Event, EventKind, Events, ProjectId, StreamName};
use tidemill_stream::{
    AppRef, Asker, AutoScale, CreateError, DataType, NewStream, Payload, PutRecord, RecordOutcome, Stream,
    StreamType, Streams, StreamsConfig,
};
use tokio::sync::mpsc::Receiver;

const START_MS: i64 = 1_768_469_400_000;

/// A server's streams that can be restarted.
struct World {
    dir: tempfile::TempDir,
    clock: Clock,
    log: Arc<MemoryLog>,
    meta: Meta,
    streams: Streams,
    config: StreamsConfig,
    events: Receiver<Event>,
}

impl World {
    async fn new() -> Self {
        Self::with(StreamsConfig::default()).await
    }

    async fn with(config: StreamsConfig) -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::manual(START_MS));
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let (raise, events) = Events::channel(100);
        let streams = Streams::open(meta.clone(), log.clone(), clock.clone(), config, raise).await.unwrap();
        Self { dir, clock, log, meta, streams, config, events }
    }

    fn database(&self) -> PathBuf {
        self.dir.path().join("meta.db")
    }

    /// Stops and starts again on the same data, with `log` in place of the old one.
    async fn restart_with(self, log: MemoryLog) -> Self {
        self.meta.close().await;
        let meta = SqliteStore::open(&self.database()).await.unwrap();
        let log = Arc::new(log);
        let (raise, events) = Events::channel(100);
        let (clock, config) = (self.clock.clone(), self.config);
        let streams = Streams::open(meta.clone(), log.clone(), clock, config, raise).await.unwrap();
        Self { log, meta, streams, events, ..self }
    }

    async fn restart(self) -> Self {
        let log = self.log.reopen();
        self.restart_with(log).await
    }

    async fn create(&self, name: &str, partitions: i64) -> Arc<Stream> {
        self.streams.create_stream(&project(), new_stream(name, partitions)).await.unwrap()
    }

    /// The kinds of the events raised since the last call.
    fn raised(&mut self) -> Vec<EventKind> {
        std::iter::from_fn(|| self.events.try_recv().ok()).map(|event| event.kind).collect()
    }

    async fn put(&self, stream: &str, records: &[&str]) -> Vec<RecordOutcome> {
        let stream = self.streams.find(&project(), stream).unwrap();
        let records = records.iter().map(|text| record(text)).collect();
        self.streams.append_records(&stream, records).await.unwrap()
    }
}

/// The app `a` of the project.
fn app(project: &ProjectId) -> AppRef<'_> {
    AppRef { project, name: "a" }
}

/// A user of the project's own account.
fn asker(project: &ProjectId) -> Asker<'_> {
    Asker { project, domain_id: "domain", user_id: "user" }
}

fn project() -> ProjectId {
    ProjectId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

fn new_stream(name: &str, partitions: i64) -> NewStream {
    NewStream {
        name: StreamName::parse(name).unwrap(),
        partitions,
        retention_hours: 24,
        stream_type: StreamType::Common,
        data_type: DataType::Blob,
        data_schema: None,
        compression_format: None,
        csv_delimiter: None,
        auto_scale: AutoScale::default(),
        tags: Vec::new(),
        sys_tags: Vec::new(),
    }
}

/// A record whose payload is already base64.
fn record(base64: &str) -> PutRecord<'_> {
    PutRecord { data: Payload::Base64(base64.as_bytes().into()), ..PutRecord::default() }
}

/// Waits until `ready` answers; 20 s without that are a failure.
async fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        match ready() {
            Some(value) => return value,
            None => tokio::task::yield_now().await,
        }
    }
    panic!("what the test waits for did not come");
}
