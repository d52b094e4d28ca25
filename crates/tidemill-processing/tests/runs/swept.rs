//! The output of a deleted task goes, but for what versions of datasets refer to, or may refer to.

use crate::composed::{dataset_at, synchronised};
use crate::support::{BUCKET, World, ended, photographs, project, request, until};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::json;
use std::collections::BTreeSet;
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{Dataset, Datasets};
use tidemill_processing::Processing;

/// More objects than are taken in one step.
const OTHERS: usize = 9000;

/// The names of all objects below a directory.
async fn names(world: &World, directory: &str) -> BTreeSet<String> {
    let listed = world.buckets.bucket.list(Some(&Path::from(directory)));
    let names = listed.map_ok(|meta| meta.location.to_string().split_off(directory.len() + 1));
    names.try_collect().await.unwrap()
}

/// A published dataset of what lies in a directory.
async fn published(datasets: &Datasets, name: &str, directory: &str) -> Dataset {
    let set = dataset_at(datasets, name, &format!("/{BUCKET}/{directory}/")).await;
    synchronised(datasets, &set).await;
    datasets.publish(&project(), set.id.as_str(), NewVersion::default()).await.unwrap();
    until(async || datasets.get(&project(), set.id.as_str()).await.unwrap().idle().is_ok()).await;
    set
}

/// Runs a task over pictures: its id, and the directory of its output.
async fn task(world: &World, processing: &Processing) -> (String, String) {
    for (name, bytes) in photographs(3) {
        world.put(&format!("in/{name}"), bytes).await;
    }
    let operators = json!([{"name": "MetaValidation", "params": {}}]);
    let task = processing.create_task(&project(), request("sys_data_validation", operators)).await.unwrap();
    let version = ended(processing, &task).await;
    assert_eq!((version.status, version.error_msg), (2, None));
    (task, format!("out/{}", version.task_version_id))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_refers_to_stays_and_the_others_go_however_many() {
    let world = World::new().await;
    let (processing, datasets) = world.process_with_datasets().await;
    let (task, output) = task(&world, &processing).await;
    let set = published(&datasets, "set", &output).await;
    let samples = datasets.walk_samples(&set.id).next_page().await.unwrap();
    let key = |key: &str| key.strip_prefix(&format!("{output}/")).map(str::to_owned).unwrap();
    let kept: BTreeSet<_> = samples.iter().map(|s| key(&s.place.location().unwrap().key)).collect();
    assert_eq!(kept.len(), 3);
    let put = async |n: usize| world.put(&format!("{output}/Data/{n}.txt"), "x").await;
    futures::stream::iter(0..OTHERS).for_each_concurrent(16, put).await;
    assert!(names(&world, &output).await.len() > OTHERS + kept.len());
    processing.delete_task(&project(), &task).await.unwrap();
    until(async || names(&world, &output).await.len() <= kept.len()).await;
    assert_eq!(names(&world, &output).await, kept);
    // Nor does a table of the run stay.
    let tables = Path::from("runs");
    until(async || world.buckets.artefacts.list(Some(&tables)).next().await.is_none()).await;
    processing.shutdown().await;
    datasets.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_that_a_version_may_refer_to_which_cannot_be_read() {
    let world = World::new().await;
    let (processing, datasets) = world.process_with_datasets().await;
    let (task, output) = task(&world, &processing).await;
    world.put(&format!("{output}/own/a.jpg"), photographs(1).remove(0).1).await;
    published(&datasets, "set", &format!("{output}/own")).await;
    let artefacts = &world.buckets.artefacts;
    let versions: Vec<_> = artefacts.list(Some(&Path::from("versions"))).try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
    artefacts.put(&versions[0].location, "damaged".into()).await.unwrap();
    world.put(&format!("{output}/own/b.txt"), "x").await;
    processing.delete_task(&project(), &task).await.unwrap();
    until(async || names(&world, &output).await.len() <= 2).await;
    assert_eq!(names(&world, &output).await, ["own/a.jpg", "own/b.txt"].map(str::to_owned).into());
    processing.shutdown().await;
    datasets.shutdown().await;
}
