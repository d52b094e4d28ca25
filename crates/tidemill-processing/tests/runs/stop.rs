//! Stopping a run: nothing makes it wait, and of its output no version of a dataset is made.

use crate::composed::dataset;
use crate::support::{BUCKET, World, ended, photographs, project, request, until};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tidemill_dataset::DatasetStatus;
use tidemill_meta::dataset::change_dataset_status;
use tidemill_meta::tx;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_stopped_while_its_version_is_made() {
    let world = World::new().await;
    for (name, bytes) in photographs(3) {
        world.put(&format!("in/{name}"), bytes).await;
    }
    let (processing, datasets) = world.process_with_datasets().await;
    let dataset = dataset(&datasets).await;
    let id = dataset.id.to_string();
    let (normal, busy) = (DatasetStatus::Normal.code(), DatasetStatus::Synchronizing.code());
    // The version has to wait.
    tx!(world.meta, |tx, id| change_dataset_status(tx, &id, normal, busy, 1)).unwrap();
    let mut body = request("sys_data_validation", json!([{"name": "MetaValidation", "params": {}}]));
    body.work_path = serde_json::from_value(json!({"type": "DATASET", "path": id})).unwrap();
    let task = processing.create_task(&project(), body).await.unwrap();
    let page = processing.list_versions(&project(), &task, Default::default(), false, (0, 1)).await;
    let run = page.unwrap().versions.remove(0).task_version_id;
    until(async || {
        let progress = processing.progress(&project(), &task, &run).await.unwrap();
        progress.stage.as_deref() == Some("composing")
    })
    .await;
    processing.stop_version(&project(), &task, &run).await.unwrap();
    processing.stop_version(&project(), &task, &run).await.unwrap();
    assert_eq!(ended(&processing, &task).await.status, 4);
    tx!(world.meta, |tx, id| change_dataset_status(tx, &id, busy, normal, 2)).unwrap();
    assert_eq!(datasets.versions(&project(), &id).await.unwrap(), []);
    assert_eq!(datasets.walk_samples(&dataset.id).next_page().await.unwrap(), []);

    let body = serde_json::from_value(json!({})).unwrap();
    processing.create_version(&project(), &task, body).await.unwrap();
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.error_msg), (2, None));
    assert_eq!(datasets.versions(&project(), &id).await.unwrap().len(), 1);
    let refused = processing.stop_version(&project(), &task, &version.task_version_id).await;
    assert!(refused.unwrap_err().to_string().contains("status 2"));
    processing.shutdown().await;
}

/// A world with pictures, each of which is read at once.
async fn pictures(count: usize) -> World {
    let world = World::new().await;
    for (name, bytes) in photographs(count) {
        assert!(bytes.len() < 256 << 10, "{name} is read in two steps");
        world.put(&format!("in/{name}"), bytes).await;
    }
    world
}

/// Begins a run that comes to a standstill, and stops it in this stage.
async fn stopped_in(world: &World, stage: &str, template: &str, operator: Value) {
    let processing = world.process().await;
    let task = processing.create_task(&project(), request(template, json!([operator]))).await.unwrap();
    let page = processing.list_versions(&project(), &task, Default::default(), false, (0, 1)).await;
    let run = page.unwrap().versions.remove(0).task_version_id;
    until(async || {
        let progress = processing.progress(&project(), &task, &run).await.unwrap();
        let stands = world.buckets.faults.stuck_reads() > 0 || stage == "listing";
        progress.stage.as_deref() == Some(stage) && stands
    })
    .await;
    let (of, in_task) = (processing.clone(), task.clone());
    let stopping = tokio::spawn(async move { of.stop_version(&project(), &in_task, &run).await });
    until(async || stopping.is_finished()).await;
    stopping.await.unwrap().unwrap();
    assert_eq!(ended(&processing, &task).await.status, 4);
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_listing() {
    let world = pictures(2).await;
    world.buckets.faults.lists_stick.store(true, Ordering::SeqCst);
    stopped_in(&world, "listing", "sys_data_validation", json!({"name": "MetaValidation"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_pictures_that_are_read() {
    let validation = json!({"name": "MetaValidation"});
    let alone = json!({"do_validation": "False"});
    let duplicates = json!({"name": "SimDeduplication", "params": alone});
    let cases = [
        ("processing", 0, "sys_data_validation", &validation),
        ("publishing", 3, "sys_data_validation", &validation),
        ("embedding", 2, "sys_data_selection", &duplicates),
        ("publishing", 4, "sys_data_selection", &duplicates),
    ];
    for (stage, reads, template, operator) in cases {
        let world = pictures(3).await;
        world.buckets.faults.free_reads.store(reads, Ordering::SeqCst);
        stopped_in(&world, stage, template, operator.clone()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_prototypes() {
    let world = pictures(3).await;
    let prototypes = format!("obs://{BUCKET}/in/");
    let params = json!({
        "prototype_sample_path": prototypes, "allow_basic_embedding": "True", "do_validation": "False",
    });
    // What is compared was read before.
    world.buckets.faults.free_reads.store(3, Ordering::SeqCst);
    stopped_in(&world, "comparing", "sys_data_cleaning", json!({"name": "PCC", "params": params})).await;
}
