//! A world that outlives processes: records, metadata and bucket; and processes that live and die in it.

mod gate;
mod gated_meta;
mod gated_store;
mod rows;
mod store;

pub(crate) use gate::{Gate, Mode};
pub(crate) use rows::rows;
pub(crate) use store::TestStore;

use bytes::Bytes;
use futures::TryStreamExt;
use gated_meta::GatedMeta;
use gated_store::GatedBuckets;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tidemill_dump::ledger::Head;
use tidemill_dump::verify::{self, Report};
use tidemill_dump::{Destination, DumpConfig, Dumps, NewTask, RetryPolicy, TaskDetail};
use tidemill_log::memory::MemoryLog;
use tidemill_log::{Append, ChunkBuilder, LogStore, Outcome};
use tidemill_meta::agency::{self, AgencyRow};
use tidemill_meta::identity::{self, DomainRow, ProjectRow};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_meta::{Meta, MetaError, dump, tx};
use tidemill_model::{Clock, Event, Events, ProjectId, StreamName};
use tidemill_stream::{
    AutoScale, CompressionFormat, DataType, NewStream, Stream, StreamType, Streams, StreamsConfig,
};
use tokio::sync::mpsc;

pub(crate) const START_MS: i64 = 1_767_323_045_000; // 2026-01-02T03:04:05Z
/// Real time after which a condition that did not come true never will, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(120);
pub(crate) const BUCKET: &str = "bucket";
pub(crate) const OTHER_BUCKET: &str = "other-bucket";

/// What survives a process.
pub(crate) struct World {
    _dir: tempfile::TempDir,
    pub(crate) clock: Clock,
    pub(crate) log: Arc<MemoryLog>,
    pub(crate) store: TestStore,
    pub(crate) other: TestStore,
    pub(crate) meta: Meta,
    pub(crate) config: DumpConfig,
}

/// One life of the server.
pub(crate) struct Process {
    pub(crate) streams: Streams,
    pub(crate) dumps: Dumps,
    pub(crate) gate: Arc<Gate>,
    raised: Mutex<mpsc::Receiver<Event>>,
}

pub(crate) fn project() -> ProjectId {
    ProjectId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(START_MS);
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        make_account(&meta).await;
        let mut config = DumpConfig::new(dir.path().join("spool"));
        config.retry = RetryPolicy { first: Duration::from_secs(1), max: Duration::from_secs(8) };
        let log = Arc::new(MemoryLog::new(clock.clone()));
        Self { _dir: dir, clock, log, store: TestStore::default(), other: TestStore::default(), meta, config }
    }

    /// Starts a process on the world as it is.
    pub(crate) async fn process(&self) -> Process {
        self.process_with(Arc::default()).await
    }

    pub(crate) async fn process_with(&self, gate: Arc<Gate>) -> Process {
        let log: Arc<dyn LogStore> = self.log.clone();
        let streams = Streams::open(
            self.meta.clone(),
            log,
            self.clock.clone(),
            StreamsConfig::default(),
            Events::none(),
        )
        .await
        .unwrap();
        let meta = GatedMeta::over(self.meta.clone(), gate.clone());
        let buckets = Arc::new(GatedBuckets {
            store: self.store.clone(),
            other: self.other.clone(),
            gate: gate.clone(),
        });
        let (events, raised) = Events::channel(100);
        let (clock, config) = (self.clock.clone(), self.config.clone());
        let dumps = Dumps::open(meta, streams.clone(), buckets, clock, config, events).await.unwrap();
        Process { streams, dumps, gate, raised: Mutex::new(raised) }
    }

    /// Appends records to a partition.
    pub(crate) async fn put(&self, stream: &Stream, partition: u32, records: &[&str]) {
        let records: Vec<_> = records.iter().map(|record| record.as_bytes()).collect();
        self.put_bytes(stream, partition, &records).await;
    }

    /// The same, whatever their payloads are.
    pub(crate) async fn put_bytes(&self, stream: &Stream, partition: u32, records: &[&[u8]]) {
        let mut chunk = ChunkBuilder::default();
        for record in records {
            chunk.push(None, None, record);
        }
        let chunks = vec![(partition, chunk.finish().unwrap())];
        let outcomes = self.log.append(Append { incarnation: stream.incarnation, chunks }).await;
        assert!(matches!(outcomes[0], Outcome::Assigned { .. }), "{outcomes:?}");
    }

    /// The data objects, ascending by key.
    pub(crate) async fn objects(&self) -> Vec<(String, String)> {
        self.all_objects().await.into_iter().filter(|(key, _)| !key.starts_with("_tidemill/")).collect()
    }

    pub(crate) async fn all_objects(&self) -> Vec<(String, String)> {
        contents(&self.store).await
    }

    pub(crate) async fn other_objects(&self) -> Vec<(String, String)> {
        contents(&self.other).await
    }

    pub(crate) async fn read(&self, key: &str) -> String {
        read(&self.store, key).await
    }

    /// Puts a task that does not run into ERROR.
    pub(crate) async fn fail_task(&self, task_id: &str, cause: &'static str) {
        let id = task_id.to_owned();
        let failed = self.meta.tx(move |tx| {
            let id = id.clone();
            Box::pin(async move { dump::change_state(tx, &id, "ERROR", cause).await })
        });
        let failed: Result<_, MetaError> = failed.await;
        assert!(failed.unwrap().is_some());
    }

    /// Bytes of the data objects of one partition, in name order.
    pub(crate) async fn delivered(&self, partition: u32) -> String {
        self.bodies(partition, false).await
    }

    /// Bytes of its objects of records that could not be encoded.
    pub(crate) async fn errors(&self, partition: u32) -> String {
        self.bodies(partition, true).await
    }

    async fn bodies(&self, partition: u32, error: bool) -> String {
        let shard = format!("-shardId-{partition:010}-");
        let objects = self.objects().await.into_iter();
        let wanted = |key: &str| key.contains(&shard) && key.contains("obs_error/") == error;
        objects.filter(|(key, _)| wanted(key)).map(|(_, body)| body).collect()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Process {
    pub(crate) async fn stream(&self, name: &str, partitions: i64) -> Arc<Stream> {
        self.made(name, partitions, DataType::Blob, None, None).await
    }

    /// A stream whose producers pack every payload.
    pub(crate) async fn packed_stream(
        &self,
        name: &str,
        partitions: i64,
        format: CompressionFormat,
    ) -> Arc<Stream> {
        self.made(name, partitions, DataType::Blob, None, Some(format)).await
    }

    /// A stream of JSON records with one partition.
    pub(crate) async fn json_stream(&self, name: &str, schema: Option<&str>) -> Arc<Stream> {
        self.made(name, 1, DataType::Json, schema.map(str::to_owned), None).await
    }

    /// The same, whose producers pack every payload.
    pub(crate) async fn columns_stream(
        &self,
        name: &str,
        schema: &str,
        format: CompressionFormat,
    ) -> Arc<Stream> {
        self.made(name, 1, DataType::Json, Some(schema.to_owned()), Some(format)).await
    }

    async fn made(
        &self,
        name: &str,
        partitions: i64,
        data_type: DataType,
        data_schema: Option<String>,
        compression_format: Option<CompressionFormat>,
    ) -> Arc<Stream> {
        let new = NewStream {
            name: StreamName::parse(name).unwrap(),
            partitions,
            retention_hours: 24,
            stream_type: StreamType::Common,
            data_type,
            data_schema,
            compression_format,
            csv_delimiter: None,
            auto_scale: AutoScale::default(),
            tags: vec![],
            sys_tags: vec![],
        };
        self.streams.create_stream(&project(), new).await.unwrap()
    }

    pub(crate) fn find(&self, name: &str) -> Arc<Stream> {
        self.streams.find(&project(), name).unwrap()
    }

    pub(crate) async fn task(&self, stream: &Stream, name: &str) -> String {
        self.dumps.create(stream, new_task(name, json!({}))).await.unwrap()
    }

    pub(crate) async fn detail(&self, stream: &Stream, name: &str) -> TaskDetail {
        self.dumps.detail(stream, name).await.unwrap()
    }

    /// Whether every partition of the task is delivered and the ledger is in the bucket.
    pub(crate) async fn is_caught_up(&self, world: &World, stream: &Stream, name: &str) -> bool {
        let detail = self.detail(stream, name).await;
        let ends = detail.partitions.iter().all(|p| {
            world.log.bounds(stream.partition_ref(p.id)).is_some_and(|bounds| bounds.next == p.next)
        });
        let bucket = match &detail.destination {
            Destination::Obs(obs) if obs.bucket() == OTHER_BUCKET => &world.other,
            _ => &world.store,
        };
        ends && sealed(world, bucket, &detail.summary.task_id).await
    }

    /// The events raised since the last call.
    pub(crate) fn raised(&self) -> Vec<Event> {
        let mut raised = self.raised.lock();
        std::iter::from_fn(|| raised.try_recv().ok()).collect()
    }

    /// Waits for that without moving the clock.
    pub(crate) async fn caught_up(&self, world: &World, stream: &Stream, name: &str) {
        until(async || self.is_caught_up(world, stream, name).await).await;
    }
}

/// Whether the ledger in the bucket is up to date and no upload is recorded.
async fn sealed(world: &World, bucket: &TestStore, task_id: &str) -> bool {
    let (id, meta) = (task_id.to_owned(), &world.meta);
    let (positions, uploads, task) = meta
        .read(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                let positions = dump::positions(tx, &id).await?;
                let uploads = dump::uploads_of(tx, &id).await?;
                Ok::<_, MetaError>((positions, uploads, dump::find_task(tx, &id).await?))
            })
        })
        .await
        .unwrap();
    let delivered: Vec<_> = positions.iter().filter(|p| p.entries > 0).collect();
    let Some(task) = task.filter(|_| uploads.is_empty() && delivered.iter().all(|p| p.sealed == p.entries))
    else {
        return false;
    };
    let head = Path::from(format!("_tidemill/ledger/{task_id}/head.json"));
    let Ok(found) = bucket.inner.get(&head).await else { return delivered.is_empty() };
    let text = found.bytes().await.unwrap();
    let head: Head = serde_json::from_slice(&text).unwrap();
    let ends: Vec<_> = head.partitions.iter().map(|p| (p.partition, p.entries)).collect();
    ends == delivered.iter().map(|p| (p.partition, p.entries)).collect::<Vec<_>>()
        && task.head == hex::encode(Sha256::digest(&text))
}

/// The account of [`project`], with the agency that [`new_task`] names.
async fn make_account(meta: &Meta) {
    let domain = DomainRow { id: "d".into(), name: "local".into(), administers: true };
    let project = ProjectRow { id: project().to_string(), domain_id: "d".into(), name: "local-1".into() };
    tx!(meta, |tx, domain, project| async move {
        identity::insert_domain(tx, &domain).await?;
        identity::insert_project(tx, &project).await
    })
    .unwrap();
    make_agency(meta, "agency").await;
}

/// One more agency of that account.
async fn make_agency(meta: &Meta, name: &str) {
    let row = AgencyRow {
        id: name.into(),
        domain_id: "d".into(),
        name: name.into(),
        trust_domain_id: String::new(),
        trust_domain_name: "op_svc_dis".into(),
        description: String::new(),
        created_ms: START_MS,
    };
    tx!(meta, |tx, row| agency::insert_agency(tx, &row)).unwrap();
}

/// A creation with 30 s and TRIM_HORIZON; `more` adds and replaces members.
pub(crate) fn new_task(name: &str, more: Value) -> NewTask {
    let mut descriptor = json!({
        "task_name": name, "agency_name": "agency", "deliver_time_interval": 30,
        "consumer_strategy": "TRIM_HORIZON", "obs_bucket_path": BUCKET,
    });
    for (key, value) in more.as_object().unwrap() {
        descriptor[key] = value.clone();
    }
    NewTask::parse(&json!({"destination_type": "OBS", "obs_destination_descriptor": descriptor})).unwrap()
}

/// A payload as producers of a gzip stream pack it.
pub(crate) fn gzip(payload: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, payload.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// Waits for a condition; gives up after a while of real time.
pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    let mut again = tokio::time::interval(Duration::from_millis(2));
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "the condition did not come true");
        again.tick().await;
    }
}

/// Moves the clock a second at a time until a condition holds: much faster than the disk works.
pub(crate) async fn drive(world: &World, condition: impl AsyncFnMut() -> bool) {
    drive_every(Duration::from_millis(2), world, condition).await;
}

/// The same, for what has to do its work within some seconds of the clock.
pub(crate) async fn drive_slowly(world: &World, condition: impl AsyncFnMut() -> bool) {
    drive_every(Duration::from_millis(100), world, condition).await;
}

async fn drive_every(pause: Duration, world: &World, mut condition: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    let mut again = tokio::time::interval(pause);
    // A machine that stalled does not make up for it with a burst of seconds.
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "the condition did not come true");
        again.tick().await;
        world.advance(1);
    }
}

async fn contents(store: &TestStore) -> Vec<(String, String)> {
    let mut metas: Vec<_> = store.inner.list(None).try_collect().await.unwrap();
    metas.sort_by(|a, b| a.location.cmp(&b.location));
    let mut objects = Vec::new();
    for meta in metas {
        objects.push((meta.location.to_string(), read(store, meta.location.as_ref()).await));
    }
    objects
}

/// Of a file that is no text, what of it is.
async fn read(store: &TestStore, key: &str) -> String {
    String::from_utf8_lossy(&read_bytes(store, key).await).into_owned()
}

async fn read_bytes(store: &TestStore, key: &str) -> Bytes {
    store.inner.get(&Path::from(key)).await.unwrap().bytes().await.unwrap()
}

/// The proof of the other bucket.
pub(crate) async fn verified_other(world: &World) -> Report {
    verify::verify(&*world.other.inner, &verify::Options::default()).await.unwrap()
}

/// The proof of the bucket.
pub(crate) async fn verified(world: &World) -> Report {
    verify::verify(&*world.store.inner, &verify::Options::default()).await.unwrap()
}

/// Lets everything that can go on without the clock go on.
pub(crate) async fn settle_down() {
    let mut again = tokio::time::interval(Duration::from_millis(2));
    for _ in 0..8 {
        again.tick().await;
    }
}
