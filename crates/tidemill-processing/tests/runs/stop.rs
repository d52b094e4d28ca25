//! Stopping a run whose output is becoming a version of a dataset.

use crate::composed::dataset;
use crate::support::{World, ended, photographs, project, request, until};
use serde_json::json;
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
