//! Copies below the input path of a dataset that a run makes for a version: without the version, nothing of them stays,
//! and nobody takes them for samples meanwhile.

use crate::composed::{dataset, dataset_at, synchronised};
use crate::support::{BUCKET, World, ended, photographs, project, request, until};
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use serde_json::json;
use std::sync::atomic::Ordering;
use tidemill_dataset::version::VersionStatus;
use tidemill_dataset::{Dataset, DatasetError, Datasets};
use tidemill_processing::Processing;

/// Pictures that a run makes one product of each.
const PICTURES: usize = 3;

/// A dataset over pictures.
struct Set {
    world: World,
    processing: Processing,
    datasets: Datasets,
    dataset: Dataset,
}

impl Set {
    async fn new() -> Self {
        let world = World::new().await;
        for (name, bytes) in photographs(PICTURES) {
            world.put(&format!("in/{name}"), bytes).await;
        }
        let (processing, datasets) = world.process_with_datasets().await;
        let dataset = dataset(&datasets).await;
        Self { world, processing, datasets, dataset }
    }

    /// Begins a run whose output becomes a version of the dataset: its task.
    async fn begin(&self) -> String {
        let params = json!({"width": "64", "height": "48", "do_validation": "False"});
        let operators = json!([{"name": "Resize", "params": params}]);
        let mut body = request("sys_data_augmentation", operators);
        let target = json!({"type": "DATASET", "path": self.dataset.id.as_str()});
        body.work_path = serde_json::from_value(target).unwrap();
        self.processing.create_task(&project(), body).await.unwrap()
    }

    /// Begins a run and waits until it has made one copy and is at its second: its task and itself.
    async fn held(&self) -> (String, String) {
        self.world.buckets.faults.free_puts.store(1, Ordering::SeqCst);
        let task = self.begin().await;
        self.is_held(1).await;
        let page = self.processing.list_versions(&project(), &task, Default::default(), false, (0, 1)).await;
        (task, page.unwrap().versions.remove(0).task_version_id)
    }

    /// Waits until a run is at its second copy, for the n-th time.
    async fn is_held(&self, n: u64) {
        until(async || self.world.buckets.faults.held() == n).await;
        assert_eq!(self.copies().await, 1);
    }

    /// Deletes the task of a run that is held up.
    async fn delete(&self, task: &str, run: &str) {
        let (of, id) = (self.processing.clone(), task.to_owned());
        let deleting = tokio::spawn(async move { of.delete_task(&project(), &id).await });
        until(async || {
            let shown = self.processing.describe_version(&project(), task, run).await;
            shown.is_ok_and(|version| version.status == 4)
        })
        .await;
        self.world.buckets.faults.release();
        deleting.await.unwrap().unwrap();
    }

    /// How many copies there are.
    async fn copies(&self) -> usize {
        let listed = self.world.buckets.bucket.list(Some(&Path::from("in")));
        let found: Vec<_> = listed.try_collect().await.unwrap();
        found.iter().filter(|meta| meta.location.as_ref().contains("/import_")).count()
    }

    /// A synchronisation finds these pictures, and no copy.
    async fn finds_no_copy(&self) {
        assert_eq!(synchronised(&self.datasets, &self.dataset).await.1, PICTURES as u64);
        let samples = self.datasets.walk_samples(&self.dataset.id).next_page().await.unwrap();
        let is_copy = |key: &str| key.contains("/import_");
        assert!(samples.iter().all(|sample| !is_copy(&sample.place.location().unwrap().key)), "{samples:?}");
    }

    async fn copies_are_gone(&self) {
        until(async || self.copies().await == 0).await;
        self.finds_no_copy().await;
    }

    /// A version with all copies is there, and they stay.
    async fn is_whole(&self) {
        let versions = self.datasets.versions(&project(), self.dataset.id.as_str()).await.unwrap();
        let normal: Vec<_> = versions.iter().filter(|v| v.status == VersionStatus::Normal).collect();
        assert_eq!(normal.len(), 1, "{versions:?}");
        assert_eq!(normal[0].summary.total, 2 * PICTURES as u64);
        assert_eq!(synchronised(&self.datasets, &self.dataset).await, (0, 2 * PICTURES as u64));
        assert_eq!(self.copies().await, PICTURES);
    }

    async fn shutdown(self) {
        self.processing.shutdown().await;
        self.datasets.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_leaves_no_copy_even_if_it_cannot_remove_them_at_once() {
    let set = Set::new().await;
    let faults = set.world.buckets.faults.clone();
    faults.puts_left.store(2, Ordering::SeqCst);
    faults.keeps_all.store(true, Ordering::SeqCst);
    let task = set.begin().await;
    let failed = ended(&set.processing, &task).await;
    assert_eq!(failed.status, 3);
    assert!(failed.error_msg.as_deref().unwrap_or_default().contains("the bucket is broken"), "{failed:?}");
    assert_eq!(set.copies().await, 2, "the bucket does not let them go");
    set.finds_no_copy().await;
    faults.keeps_all.store(false, Ordering::SeqCst);
    set.copies_are_gone().await;

    let body = serde_json::from_value(json!({})).unwrap();
    set.processing.create_version(&project(), &task, body).await.unwrap();
    let version = ended(&set.processing, &task).await;
    assert_eq!((version.status, version.error_msg), (2, None));
    set.is_whole().await;
    set.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_leaves_no_copy() {
    let set = Set::new().await;
    let (task, run) = set.held().await;
    let (of, task_id) = (set.processing.clone(), task.clone());
    let stopping = tokio::spawn(async move { of.stop_version(&project(), &task_id, &run).await });
    assert_eq!(ended(&set.processing, &task).await.status, 4);
    set.world.buckets.faults.release();
    stopping.await.unwrap().unwrap();
    set.copies_are_gone().await;
    assert_eq!(set.datasets.versions(&project(), set.dataset.id.as_str()).await.unwrap(), []);
    set.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_deleted_leaves_no_copy() {
    let set = Set::new().await;
    let (task, run) = set.held().await;
    set.delete(&task, &run).await;
    set.copies_are_gone().await;
    assert_eq!(set.datasets.versions(&project(), set.dataset.id.as_str()).await.unwrap(), []);
    set.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_made_again_after_a_kill_has_all_its_copies() {
    let mut set = Set::new().await;
    let (task, _) = set.held().await;
    // Nothing of the old process goes on: it waits for the bucket for ever.
    let (processing, datasets) = set.world.process_with_datasets().await;
    (set.processing, set.datasets) = (processing, datasets);
    let version = ended(&set.processing, &task).await;
    assert_eq!((version.status, version.error_msg), (2, None));
    set.is_whole().await;
    set.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_a_synchronisation_finds_no_copy_and_the_run_can_be_deleted() {
    let mut set = Set::new().await;
    let (task, run) = set.held().await;
    let faults = set.world.buckets.faults.clone();
    faults.keeps_all.store(true, Ordering::SeqCst);
    set.datasets = set.world.datasets().await;
    assert_eq!(set.copies().await, 1);
    set.finds_no_copy().await;
    set.datasets.shutdown().await;
    faults.keeps_all.store(false, Ordering::SeqCst);
    faults.free_puts.store(1, Ordering::SeqCst);
    (set.processing, set.datasets) = set.world.process_with_datasets().await;
    set.is_held(2).await;
    set.delete(&task, &run).await;
    set.copies_are_gone().await;
    assert_eq!(set.datasets.versions(&project(), set.dataset.id.as_str()).await.unwrap(), []);
    set.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_copies_for_samples_before_the_version_is_there() {
    let set = Set::new().await;
    let (task, _) = set.held().await;
    let refused = set.datasets.start_sync(&project(), set.dataset.id.as_str()).await;
    assert!(matches!(refused, Err(DatasetError::Busy(_))), "{refused:?}");
    let other = dataset_at(&set.datasets, "other", &format!("/{BUCKET}/in/")).await;
    assert_eq!(synchronised(&set.datasets, &other).await, (PICTURES as u64, PICTURES as u64));
    set.world.buckets.faults.release();
    assert_eq!(ended(&set.processing, &task).await.status, 2);
    set.is_whole().await;
    assert_eq!(synchronised(&set.datasets, &other).await, (PICTURES as u64, 2 * PICTURES as u64));
    set.shutdown().await;
}
