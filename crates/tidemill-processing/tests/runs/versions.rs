//! Versions of tasks and of datasets: which are refused.

use crate::composed::dataset_of;
use crate::support::{World, ended, photographs, project, request};
use serde_json::json;
use tidemill_api::modelarts::processing::ProcessorTaskRequest;
use tidemill_dataset::DatasetType;
use tidemill_meta::processing::{Ended, RunRow, end_run, find_run, insert_run};
use tidemill_meta::tx;
use tidemill_processing::ProcessingError;

/// A task that makes a version of a dataset.
fn into(set: &str, name: &str, version: &str) -> ProcessorTaskRequest {
    let mut body = request("sys_data_validation", json!([{"name": "MetaValidation", "params": {}}]));
    body.name = Some(name.to_owned());
    let target = json!({"type": "DATASET", "path": set, "version_name": version});
    body.work_path = serde_json::from_value(target).unwrap();
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken_by_a_version_and_by_a_run_that_will_make_one() {
    let world = World::new().await;
    world.put("in/a.jpg", photographs(1).remove(0).1).await;
    let (processing, datasets) = world.process_with_datasets().await;
    let set = dataset_of(&datasets, DatasetType::ImageClassification).await.id.to_string();
    let task = processing.create_task(&project(), into(&set, "first", "made")).await.unwrap();
    let done = ended(&processing, &task).await;
    assert_eq!((done.status, done.error_msg.as_deref()), (2, None));
    let id = done.task_version_id;
    let run = tx!(world.meta, |tx, id| find_run(tx, &id)).unwrap().unwrap();
    // A run that waits, and that nobody takes up before the next start.
    let spec = run.spec.replace("\"made\"", "\"waiting\"");
    let waiting = RunRow { run_id: "waiting".into(), spec, n: 2, ..run };
    tx!(world.meta, |tx, waiting| insert_run(tx, &waiting)).unwrap();

    for (name, version) in [("second", "made"), ("third", "waiting")] {
        let error = processing.create_task(&project(), into(&set, name, version)).await.unwrap_err();
        assert!(matches!(&error, ProcessingError::VersionExists(taken) if taken == version), "{error}");
        let error =
            processing.create_version(&project(), &task, into(&set, name, version)).await.unwrap_err();
        assert!(matches!(&error, ProcessingError::VersionExists(taken) if taken == version), "{error}");
    }
    let stopped = Ended { status: 4, counters: None, error_msg: None, result: None };
    assert!(tx!(world.meta, |tx, stopped| end_run(tx, "waiting", &stopped, 1)).unwrap());
    // What was refused left no task behind, and the name is free again.
    let task = processing.create_task(&project(), into(&set, "third", "waiting")).await.unwrap();
    assert_eq!(ended(&processing, &task).await.status, 2);
    processing.shutdown().await;
    datasets.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analysis_has_no_versions_and_an_unknown_task_is_named() {
    let world = World::new().await;
    world.put("in/cat/a.jpg", photographs(1).remove(0).1).await;
    let (processing, datasets) = world.process_with_datasets().await;
    let set = dataset_of(&datasets, DatasetType::ImageClassification).await.id.to_string();
    let task = processing.create_task(&project(), into(&set, "first", "made")).await.unwrap();
    let version = ended(&processing, &task).await.work_path.unwrap().version_id.unwrap();
    let analysis = serde_json::from_value(json!({
        "name": "features", "inputs": [{"type": "DATASET", "source": set}], "version_id": version,
        "template": {"id": "sys_data_analyse", "operator_params": [{"id": "brightness"}]},
    }));
    let analysis = processing.create_task(&project(), analysis.unwrap()).await.unwrap();
    let again = processing.create_version(&project(), &analysis, Default::default()).await.unwrap_err();
    assert!(again.to_string().starts_with("A feature analysis has no versions"), "{again}");

    let unknown = "no-such-task-".repeat(10);
    let error = processing.describe_task(&project(), &unknown).await.unwrap_err().to_string();
    assert_eq!(error, format!("There is no processing task or version {}.", &unknown[..64]));
    let error = processing.describe_version(&project(), &task, "gone").await.unwrap_err().to_string();
    assert_eq!(error, "There is no processing task or version gone.");
    processing.shutdown().await;
    datasets.shutdown().await;
}
