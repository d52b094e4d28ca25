//! What all tests of datasets need.

mod store;

pub(crate) use store::{TestBucket, TestBuckets};

use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde_json::Map;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tidemill_bucket::Scheme;
use tidemill_dataset::sample::{Place, Sample};
use tidemill_dataset::task::{TaskKind, TaskRecord};
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{
    Dataset, DatasetType, Datasets, DatasetsConfig, ImportFrom, ImportOptions, NewDataset,
};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, ProjectId};

/// Real time after which what did not happen never will, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
pub(crate) const NOW_MS: i64 = 1_763_800_000_000;

pub(crate) fn project() -> ProjectId {
    ProjectId::parse(&"a".repeat(32)).unwrap()
}

/// Datasets with a bucket `b`, on a directory that outlives them.
pub(crate) struct World {
    dir: TempDir,
    pub(crate) buckets: Arc<TestBuckets>,
    pub(crate) bucket: Arc<TestBucket>,
    pub(crate) clock: Clock,
    pub(crate) datasets: Datasets,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (dir, buckets) = (tempfile::tempdir().unwrap(), Arc::new(TestBuckets::default()));
        let (bucket, clock) = (buckets.make("b"), Clock::manual(NOW_MS));
        let datasets = open(&dir, &buckets, &clock).await;
        Self { dir, buckets, bucket, clock, datasets }
    }

    /// Ends what is at work and opens all of it again.
    pub(crate) async fn restart(&mut self) {
        self.datasets.shutdown().await;
        self.datasets.meta().close().await;
        self.datasets = open(&self.dir, &self.buckets, &self.clock).await;
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl AsRef<[u8]>) {
        put(&self.bucket, key, bytes).await;
    }

    /// A dataset with the input `/b/in/`.
    pub(crate) async fn dataset(&self, kind: DatasetType) -> Dataset {
        self.dataset_with(kind, Map::new()).await
    }

    pub(crate) async fn dataset_with(
        &self,
        kind: DatasetType,
        definition: Map<String, serde_json::Value>,
    ) -> Dataset {
        self.create("d", kind, "/b/in/", definition).await
    }

    /// A dataset with another input.
    pub(crate) async fn dataset_at(&self, name: &str, kind: DatasetType, input: &str) -> Dataset {
        self.create(name, kind, input, Map::new()).await
    }

    async fn create(
        &self,
        name: &str,
        kind: DatasetType,
        input: &str,
        definition: Map<String, serde_json::Value>,
    ) -> Dataset {
        let new = NewDataset {
            name: name.to_owned(),
            kind,
            description: String::new(),
            workspace: "0".to_owned(),
            input_path: input.to_owned(),
            work_path: "/b/made/".to_owned(),
            labels: Vec::new(),
            definition,
        };
        self.datasets.create(&project(), new).await.unwrap()
    }

    /// Imports and waits for the end.
    pub(crate) async fn import(&self, dataset: &Dataset, options: ImportOptions) -> TaskRecord {
        let id = self.datasets.start_import(&project(), dataset.id.as_str(), options).await.unwrap();
        self.ended(dataset, TaskKind::Import, &id).await
    }

    /// Synchronises and waits for the end.
    pub(crate) async fn sync(&self, dataset: &Dataset) -> TaskRecord {
        let id = self.datasets.start_sync(&project(), dataset.id.as_str()).await.unwrap();
        self.ended(dataset, TaskKind::Sync, &id).await
    }

    /// The task once it has ended.
    pub(crate) async fn ended(&self, dataset: &Dataset, kind: TaskKind, id: &str) -> TaskRecord {
        let ended = async {
            loop {
                let task = self.datasets.task(&dataset.id, kind, id).await.unwrap().unwrap();
                if task.ended_ms.is_some() {
                    return task;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.unwrap()
    }

    /// Publishes a version and waits for it; its id.
    pub(crate) async fn published(&self, dataset: &Dataset, new: NewVersion) -> String {
        let version = self.datasets.publish(&project(), dataset.id.as_str(), new).await.unwrap();
        self.idle(dataset).await;
        version
    }

    /// Waits until nothing goes on with the dataset.
    pub(crate) async fn idle(&self, dataset: &Dataset) {
        while self.datasets.get(&project(), dataset.id.as_str()).await.unwrap().idle().is_err() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn samples(&self, dataset: &Dataset) -> Vec<Sample> {
        let mut walk = self.datasets.walk_samples(&dataset.id);
        let mut all = Vec::new();
        loop {
            let page = walk.next_page().await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// `key: labels` of every sample by place; a line's text instead of its key.
    pub(crate) async fn shown(&self, dataset: &Dataset) -> Vec<String> {
        let show = |sample: Sample| {
            let labels: Vec<String> = sample.labels.into_iter().map(|label| label.name).collect();
            let what = match (&sample.place, sample.content) {
                (Place::Object(location), _) => location.key.clone(),
                (_, content) => content.unwrap_or_default(),
            };
            format!("{what}: {}", labels.join(","))
        };
        self.samples(dataset).await.into_iter().map(show).collect()
    }
}

pub(crate) async fn put(bucket: &TestBucket, key: &str, bytes: impl AsRef<[u8]>) {
    let payload = PutPayload::from(bytes.as_ref().to_vec());
    bucket.put(&Path::parse(key).unwrap(), payload).await.unwrap();
}

async fn open(dir: &TempDir, buckets: &Arc<TestBuckets>, clock: &Clock) -> Datasets {
    let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
    let artefacts = Arc::new(TestBucket::default());
    Datasets::open(meta, buckets.clone(), artefacts, clock.clone(), DatasetsConfig::default()).await.unwrap()
}

/// An import of the dataset's own input path.
pub(crate) fn own(dataset: &Dataset) -> ImportOptions {
    from(&dataset.input.written(Scheme::Obs))
}

/// An import of a directory.
pub(crate) fn from(path: &str) -> ImportOptions {
    ImportOptions::new(path, ImportFrom::Directory).unwrap()
}

/// A BMP of these sides.
pub(crate) fn bmp(width: u32, height: u32) -> Vec<u8> {
    let row = (width * 3).div_ceil(4) * 4;
    let mut bytes = b"BM".to_vec();
    bytes.extend((54 + row * height).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(54u32.to_le_bytes());
    bytes.extend(40u32.to_le_bytes());
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(24u16.to_le_bytes());
    bytes.extend([0; 24]);
    bytes.resize(bytes.len() + (row * height) as usize, 127);
    bytes
}
