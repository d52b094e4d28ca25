//! A world that outlives processes: metadata and objects; and processes that live and die in it.

use async_trait::async_trait;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tidemill_bucket::{Bucket, BucketError, Buckets, Location};
use tidemill_dataset::sample::{NewSample, OnPresent, Sample, SampleLabel};
use tidemill_dataset::version::{NewVersion, Version, VersionEntry, VersionOptions, VersionStatus};
use tidemill_dataset::{
    Dataset, DatasetId, DatasetStatus, DatasetType, Datasets, DatasetsConfig, LabelType, NewDataset,
    SampleType,
};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_meta::{Job, Meta, MetaError, MetaStore};
use tidemill_model::{BucketName, Clock, ProjectId};
use tidemill_objects::{BucketAcl, BucketStore, Objects};
use tokio::sync::watch;

/// Real time after which a condition that did not come true never will, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn project() -> ProjectId {
    ProjectId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

pub(crate) fn at(text: &str) -> Location {
    Location::parse(text).unwrap()
}

/// What survives a process.
pub(crate) struct World {
    _dir: tempfile::TempDir,
    pub(crate) clock: Clock,
    pub(crate) meta: Meta,
    pub(crate) user: BucketStore,
    pub(crate) artefacts: BucketStore,
    pub(crate) config: DatasetsConfig,
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(1_767_323_045_000);
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let objects = Objects::open(&dir.path().join("objects"), meta.clone(), clock.clone()).await.unwrap();
        for name in ["user", "artefacts"] {
            let name = BucketName::parse(name).unwrap();
            objects.create_bucket(&name, "d", "p", BucketAcl::Private).await.unwrap();
        }
        let user = objects.bucket("user").await.unwrap();
        let artefacts = objects.bucket("artefacts").await.unwrap();
        let config = DatasetsConfig { publish_interval: Duration::ZERO };
        Self { _dir: dir, clock, meta, user, artefacts, config }
    }

    /// Starts a process on the world as it is.
    pub(crate) async fn process(&self) -> Datasets {
        self.process_with(self.meta.clone()).await
    }

    /// Starts a process that stops at its write number `call`, before or after it took effect.
    pub(crate) async fn dying_process(&self) -> (Datasets, Arc<Gate>) {
        let gate = Arc::new(Gate::default());
        let meta = Meta::new(Arc::new(GatedMeta { meta: self.meta.clone(), gate: gate.clone() }));
        (self.process_with(meta).await, gate)
    }

    async fn process_with(&self, meta: Meta) -> Datasets {
        let buckets = Arc::new(OneBucket(self.user.clone()));
        let artefacts = Arc::new(self.artefacts.clone());
        Datasets::open(meta, buckets, artefacts, self.clock.clone(), self.config).await.unwrap()
    }

    /// The text of an object of the user.
    pub(crate) async fn text(&self, key: &str) -> String {
        let bytes = self.user.get(&Path::from(key)).await.unwrap().bytes().await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    pub(crate) async fn keys(&self, store: &BucketStore, prefix: &str) -> Vec<String> {
        use futures::TryStreamExt;
        let found: Vec<ObjectMeta> = store.list(Some(&Path::from(prefix))).try_collect().await.unwrap();
        found.into_iter().map(|meta| meta.location.to_string()).collect()
    }

    /// Writes an object of the user; a sample of it.
    pub(crate) async fn image(&self, key: &str, bytes: &str, labels: &[&str]) -> NewSample {
        let put = self.user.put(&Path::from(key), PutPayload::from(bytes.to_owned())).await.unwrap();
        let etag = put.e_tag.unwrap();
        let place = at(&format!("/user/{key}"));
        let mut sample = NewSample::object(place, SampleType::Image, bytes.len() as u64, &etag, 7);
        sample.labels = labels
            .iter()
            .map(|name| SampleLabel::named(*name, LabelType::ImageClassification, "human/t/u"))
            .collect();
        sample
    }
}

pub(crate) async fn dataset(datasets: &Datasets, name: &str, kind: DatasetType) -> Dataset {
    dataset_with(datasets, name, kind, json!({})).await
}

pub(crate) async fn dataset_with(
    datasets: &Datasets,
    name: &str,
    kind: DatasetType,
    definition: Value,
) -> Dataset {
    let new = NewDataset {
        name: name.to_owned(),
        kind,
        description: String::new(),
        workspace: "0".to_owned(),
        input_path: "/user/in/".to_owned(),
        work_path: "/user/out/".to_owned(),
        labels: Vec::new(),
        definition: definition.as_object().unwrap().clone(),
    };
    datasets.create(&project(), new).await.unwrap()
}

pub(crate) async fn add(datasets: &Datasets, id: &DatasetId, samples: Vec<NewSample>) {
    datasets.add_samples(id, samples, OnPresent::Replace).await.unwrap();
}

pub(crate) fn ratio(ratio: &str) -> NewVersion {
    let options = VersionOptions { ratio: Some(ratio.to_owned()), ..VersionOptions::default() };
    NewVersion { options, ..NewVersion::default() }
}

/// Waits until nothing goes on with the dataset.
pub(crate) async fn idle(datasets: &Datasets, id: &DatasetId) -> Dataset {
    let wait = async {
        loop {
            let dataset = datasets.get(&project(), id.as_str()).await.unwrap();
            if dataset.status == DatasetStatus::Normal {
                return dataset;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap()
}

/// Publishes and waits.
pub(crate) async fn published(datasets: &Datasets, id: &DatasetId, new: NewVersion) -> Version {
    let version = datasets.publish(&project(), id.as_str(), new).await.unwrap();
    idle(datasets, id).await;
    let version = datasets.version(&project(), id.as_str(), &version).await.unwrap();
    assert_eq!(version.status, VersionStatus::Normal, "{}", version.message);
    version
}

pub(crate) async fn entries(datasets: &Datasets, version: &Version) -> Vec<VersionEntry> {
    let opened = datasets.version_entries(&project(), &version.dataset_id, &version.id).await;
    let mut entries = opened.unwrap();
    let mut all = Vec::new();
    while let Some(entry) = entries.next().await.unwrap() {
        all.push(entry);
    }
    all
}

pub(crate) async fn working(datasets: &Datasets, id: &DatasetId) -> Vec<Sample> {
    let mut walk = datasets.walk_samples(id);
    let mut all = Vec::new();
    loop {
        let page = walk.next_page().await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// What the samples are and which labels they have.
pub(crate) fn shown(samples: &[Sample]) -> Vec<String> {
    samples
        .iter()
        .map(|sample| {
            let names: Vec<&str> = sample.labels.iter().map(|label| label.name.as_str()).collect();
            format!(
                "{} {}",
                sample.place.location().map(Location::plain).unwrap_or_default(),
                names.join(",")
            )
        })
        .collect()
}

/// Counts the writes of one process and stops it at a chosen one.
#[derive(Default)]
pub(crate) struct Gate {
    left: AtomicI64,
    after: AtomicI64,
    armed: AtomicI64,
    stopped: watch::Sender<bool>,
}

impl Gate {
    /// The process stops at its write number `call` from now, from 0: before it, or `after` it took effect.
    pub(crate) fn arm(&self, call: i64, after: bool) {
        self.left.store(call, Ordering::SeqCst);
        self.after.store(i64::from(after), Ordering::SeqCst);
        self.armed.store(1, Ordering::SeqCst);
    }

    /// Waits until the process stops; `false` if `done` comes first.
    pub(crate) async fn stopped_before(&self, done: impl Future<Output = ()>) -> bool {
        let mut stopped = self.stopped.subscribe();
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => true,
            () = done => false,
        }
    }

    async fn pass<T>(&self, call: impl Future<Output = T>) -> T {
        if *self.stopped.borrow() {
            futures::future::pending::<()>().await;
        }
        let here = self.armed.load(Ordering::SeqCst) == 1 && self.left.fetch_sub(1, Ordering::SeqCst) == 0;
        if here && self.after.load(Ordering::SeqCst) == 0 {
            self.stopped.send_replace(true);
            futures::future::pending::<()>().await;
        }
        let done = call.await;
        if here {
            self.stopped.send_replace(true);
            futures::future::pending::<()>().await;
        }
        done
    }
}

struct GatedMeta {
    meta: Meta,
    gate: Arc<Gate>,
}

#[async_trait]
impl MetaStore for GatedMeta {
    async fn write(&self, job: Job) -> std::result::Result<(), MetaError> {
        let job = Arc::new(Mutex::new(job));
        let write = self.meta.tx(move |tx| {
            let running = (job.lock())(tx);
            Box::pin(async move { running.await.map_err(|_| MetaError::Store("rolled back".into())) })
        });
        self.gate.pass(write).await
    }

    async fn read(&self, job: Job) -> std::result::Result<(), MetaError> {
        let job = Arc::new(Mutex::new(job));
        let read = self.meta.read(move |tx| {
            let running = (job.lock())(tx);
            Box::pin(async move { running.await.map_err(|_| MetaError::Store("rolled back".into())) })
        });
        read.await
    }

    async fn close(&self) {}
}

struct OneBucket(BucketStore);

#[async_trait]
impl Buckets for OneBucket {
    async fn open(
        &self,
        _project: &ProjectId,
        bucket: &str,
    ) -> std::result::Result<Arc<dyn Bucket>, BucketError> {
        if bucket == "user" { Ok(Arc::new(self.0.clone())) } else { Err(BucketError::Missing) }
    }
}
