//! Streams on a memory log, subscriptions on real metadata, a clock that stands still.

use std::sync::Arc;
use std::time::Duration;
use tidemill_log::{LogStore, MemoryLog, Scope};
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, Event, EventKind, Events, PartitionId, ProjectId, StreamName};
use tidemill_notify::{Filter, NewSubscription, Notifications, Target};
use tidemill_stream::{AutoScale, DataType, NewStream, Stream, StreamType, Streams, StreamsConfig};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const START_MS: i64 = 1_768_469_400_000;

/// A server's part that is about notifications.
pub(crate) struct World {
    _dir: tempfile::TempDir,
    pub(crate) clock: Clock,
    pub(crate) log: Arc<MemoryLog>,
    pub(crate) streams: Streams,
    meta: Meta,
    pub(crate) notifications: Notifications,
    events: Events,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

pub(crate) fn project() -> ProjectId {
    ProjectId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

/// An enabled subscription to everything.
pub(crate) fn subscription(name: &str, target: Target) -> NewSubscription {
    NewSubscription { name: name.into(), enabled: true, stream_id: None, filter: Filter::default(), target }
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(START_MS);
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let streams =
            Streams::open(meta.clone(), log.clone(), clock.clone(), StreamsConfig::default(), Events::none())
                .await
                .unwrap();
        let (notifications, events, stop, running) = start(&meta, &streams, &clock).await;
        Self { _dir: dir, clock, log, streams, meta, notifications, events, stop, running }
    }

    /// Ends the sender and starts another one on the same metadata.
    pub(crate) async fn restart(&mut self) {
        self.stop.cancel();
        (&mut self.running).await.unwrap();
        let started = start(&self.meta, &self.streams, &self.clock).await;
        (self.notifications, self.events, self.stop, self.running) = started;
    }

    pub(crate) async fn stream(&self, name: &str) -> Arc<Stream> {
        let new = NewStream {
            name: StreamName::parse(name).unwrap(),
            partitions: 2,
            retention_hours: 24,
            stream_type: StreamType::Common,
            data_type: DataType::Blob,
            data_schema: None,
            compression_format: None,
            csv_delimiter: None,
            auto_scale: AutoScale::default(),
            tags: vec![],
            sys_tags: vec![],
        };
        self.streams.create_stream(&project(), new).await.unwrap()
    }

    pub(crate) async fn webhook(&self, name: &str, url: &str) {
        let wanted = subscription(name, Target::Webhook(url.to_owned()));
        self.notifications.create(&project(), wanted).await.unwrap();
    }

    /// Raises an event about a stream.
    pub(crate) fn raise(&self, kind: EventKind, stream: &Stream, detail: &str) {
        let raised = self.events.raise(Event {
            kind,
            project: project(),
            stream: Some((stream.id.clone(), stream.name.to_string())),
            task: None,
            detail: detail.to_owned(),
            at_ms: self.clock.now_ms(),
        });
        assert!(raised);
    }

    /// How many messages wait for a subscription.
    pub(crate) async fn waiting(&self, name: &str) -> u64 {
        self.notifications.get(&project(), name).await.unwrap().1
    }

    pub(crate) async fn nothing_waits(&self, name: &str) {
        until(async || self.waiting(name).await == 0).await;
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The payloads of all partitions of a stream.
    pub(crate) async fn payloads(&self, stream: &Stream) -> Vec<String> {
        let mut found = Vec::new();
        for index in 0..2 {
            let partition = stream.partition_ref(PartitionId(index));
            let limit = tidemill_log::ReadLimit { records: 1000, bytes: 1 << 20, at_least_one: true };
            let page = self.log.read(partition, 0, limit, Scope::Visible).await.unwrap();
            let text =
                |record: tidemill_log::RecordView<'_>| String::from_utf8(record.data.to_vec()).unwrap();
            found.extend(page.records().map(text));
        }
        found
    }
}

async fn start(
    meta: &Meta,
    streams: &Streams,
    clock: &Clock,
) -> (Notifications, Events, CancellationToken, JoinHandle<()>) {
    let notifications = Notifications::open(meta.clone(), streams.clone(), clock.clone()).await.unwrap();
    let (events, raised) = Events::channel(100);
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (notifications, stop) = (notifications.clone(), stop.clone());
        async move { notifications.run(raised, stop).await }
    });
    (notifications, events, stop, running)
}

/// Waits for a condition; gives up after a while of real time.
pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    let mut again = tokio::time::interval(Duration::from_millis(2));
    while !condition().await {
        assert!(started.elapsed() < Duration::from_secs(30), "the condition did not come true");
        again.tick().await;
    }
}
