//! A world that outlives processes: metadata and buckets; and processes that live and die in it.

mod faults;
mod store;

pub(crate) use store::TestBuckets;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tidemill_api::modelarts::processing::ProcessorTaskVersion;
use tidemill_dataset::Datasets;
use tidemill_embedding::Embedder;
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, ProjectId};
use tidemill_objects::Objects;
use tidemill_processing::{GeneratorTrial, Processing, ProcessingConfig, ResultsQuery, SampleResult};

/// Real time after which a condition that did not come true never will, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(120);
pub(crate) const BUCKET: &str = "bucket";

pub(crate) fn project() -> ProjectId {
    ProjectId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

/// Tries generators in the process of the test.
struct InProcess;

#[async_trait::async_trait]
impl GeneratorTrial for InProcess {
    async fn try_generator(&self, name: &str, model: bytes::Bytes, size: (u32, u32)) -> Result<(), String> {
        tidemill_embedding::try_generator(name, &model, size).map_err(|e| e.to_string())
    }
}

/// What survives a process.
pub(crate) struct World {
    _dir: tempfile::TempDir,
    pub(crate) buckets: Arc<TestBuckets>,
    pub(crate) meta: Meta,
    pub(crate) clock: Clock,
    pub(crate) config: ProcessingConfig,
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let clock = Clock::system();
        let objects = Objects::open(&dir.path().join("objects"), meta.clone(), clock.clone()).await.unwrap();
        let buckets = Arc::new(TestBuckets::make(&objects).await);
        let config = ProcessingConfig { threads: 2, ..ProcessingConfig::default() };
        Self { _dir: dir, buckets, meta, clock, config }
    }

    /// Starts a process on the world as it is.
    pub(crate) async fn process(&self) -> Processing {
        self.process_with_datasets().await.0
    }

    /// Starts a process; its datasets too.
    pub(crate) async fn process_with_datasets(&self) -> (Processing, Datasets) {
        let datasets = self.datasets().await;
        let embedder = Arc::new(Embedder::basic());
        let (trial, config) = (Arc::new(InProcess), self.config.clone());
        let processing = Processing::open(datasets.clone(), embedder, trial, config).await.unwrap();
        (processing, datasets)
    }

    /// Ends a process in the middle of the one run of a task, and starts another one that goes on with it.
    pub(crate) async fn interrupted(&self, processing: Processing, task: &str) -> Processing {
        until(async || {
            let page = processing.list_versions(&project(), task, Default::default(), false, (0, 1)).await;
            page.unwrap().versions[0].status > 0
        })
        .await;
        processing.shutdown().await;
        self.process().await
    }

    /// Opens the datasets alone.
    pub(crate) async fn datasets(&self) -> Datasets {
        let artefacts = Arc::new(self.buckets.artefacts.clone());
        let (meta, buckets, clock) = (self.meta.clone(), self.buckets.clone(), self.clock.clone());
        Datasets::open(meta, buckets, artefacts, clock, Default::default()).await.unwrap()
    }

    /// Puts an object into the bucket.
    pub(crate) async fn put(&self, key: &str, bytes: impl Into<bytes::Bytes>) {
        let store = &self.buckets.bucket;
        store.put(&Path::from(key), bytes.into().into()).await.unwrap();
    }

    /// The objects below a prefix, by what follows it.
    pub(crate) async fn objects(&self, prefix: &str) -> BTreeMap<String, Vec<u8>> {
        let store = &self.buckets.bucket;
        let listed: Vec<_> = store.list(Some(&Path::from(prefix))).try_collect().await.unwrap();
        let mut found = BTreeMap::new();
        for meta in listed {
            let bytes = store.get(&meta.location).await.unwrap().bytes().await.unwrap();
            let name = meta.location.as_ref().strip_prefix(prefix).unwrap_or(meta.location.as_ref());
            found.insert(name.trim_start_matches('/').to_owned(), bytes.to_vec());
        }
        found
    }
}

/// A task over `in/` with its first version.
pub(crate) fn request(
    template: &str,
    operators: Value,
) -> tidemill_api::modelarts::processing::ProcessorTaskRequest {
    serde_json::from_value(json!({
        "name": "task", "create_version": true,
        "inputs": [{"type": "OBS", "source": format!("/{BUCKET}/in/")}],
        "work_path": {"type": "OBS", "path": format!("/{BUCKET}/out/")},
        "template": {"id": template, "operator_params": operators},
    }))
    .unwrap()
}

/// The one version of a task, once it has ended.
pub(crate) async fn ended(processing: &Processing, task_id: &str) -> ProcessorTaskVersion {
    let mut last = None;
    until(async || {
        let page = processing.list_versions(&project(), task_id, Default::default(), false, (0, 10)).await;
        last = page.unwrap().versions.into_iter().next();
        last.as_ref().is_some_and(|version| version.status > 1)
    })
    .await;
    last.unwrap()
}

/// All results of a version.
pub(crate) async fn results(processing: &Processing, version: &ProcessorTaskVersion) -> Vec<SampleResult> {
    results_of(processing, version, None).await
}

/// The results of a version that have a property.
pub(crate) async fn results_of(
    processing: &Processing,
    version: &ProcessorTaskVersion,
    property: Option<i64>,
) -> Vec<SampleResult> {
    let query = ResultsQuery { property, offset: 0, limit: 100_000 };
    let (task, id) = (&version.task_id, &version.task_version_id);
    processing.results(&project(), task, id, query).await.unwrap().results
}

/// Waits for a condition; gives up after a while of real time.
pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    let mut again = tokio::time::interval(Duration::from_millis(5));
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "the condition did not come true");
        again.tick().await;
    }
}

/// Some real photographs, by name.
pub(crate) fn photographs(most: usize) -> Vec<(String, Vec<u8>)> {
    let root = std::env::var_os("TIDEMILL_TEST_IMAGES");
    let root =
        root.expect("set TIDEMILL_TEST_IMAGES, which scripts/test_images.sh prints; scripts/test.sh does so");
    let entries = std::fs::read_dir(PathBuf::from(root).join("photos")).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(found.len() >= most, "too few pictures in TIDEMILL_TEST_IMAGES");
    let step = found.len() / most;
    let chosen = found.into_iter().step_by(step).take(most).enumerate();
    chosen.map(|(n, path)| (format!("{n:03}.jpg"), std::fs::read(path).unwrap())).collect()
}
