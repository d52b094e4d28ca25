//! What runs tell of what they read.

use crate::composed::dataset_of;
use crate::support::{World, ended, photographs, project, request, results};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::json;
use tidemill_dataset::DatasetType;

#[tokio::test(flavor = "multi_thread")]
async fn an_input_without_images_is_warned_of() {
    let world = World::new().await;
    world.put("in/read.me", "no picture").await;
    let processing = world.process().await;
    for (template, operator) in [("sys_data_validation", "MetaValidation"), ("sys_data_augmentation", "Flip")]
    {
        let mut body = request(template, json!([{"name": operator, "params": {}}]));
        body.name = Some(operator.to_owned());
        let task = processing.create_task(&project(), body).await.unwrap();
        let version = ended(&processing, &task).await;
        assert_eq!((version.status, version.origin_sample_count), (2, Some(0)));
        let told = version.tidemill.unwrap_or_default().warnings;
        assert_eq!(told, ["nothing was read: the input holds no image"]);
    }
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_its_version_says_is_told_so() {
    let world = World::new().await;
    for (name, bytes) in photographs(3) {
        world.put(&format!("in/cat/{name}"), bytes).await;
    }
    let (processing, datasets) = world.process_with_datasets().await;
    let set = dataset_of(&datasets, DatasetType::ImageClassification).await.id.to_string();
    let operators = json!([{"name": "MetaValidation", "params": {}}]);
    let mut body = request("sys_data_validation", operators);
    body.work_path = serde_json::from_value(json!({"type": "DATASET", "path": set})).unwrap();
    let task = processing.create_task(&project(), body.clone()).await.unwrap();
    assert_eq!(ended(&processing, &task).await.status, 2);
    world.put("in/cat/001.jpg", "another picture").await;
    world.buckets.bucket.delete(&Path::from("in/cat/002.jpg")).await.unwrap();
    body.name = Some("of-the-version".to_owned());
    body.inputs = serde_json::from_value(json!([{"type": "DATASET", "source": set}])).unwrap();
    let task = processing.create_task(&project(), body).await.unwrap();
    let rows = results(&processing, &ended(&processing, &task).await).await;
    let why = |n: usize| rows[n].reasons.last().map(|why| (why.code.as_str(), why.english.as_str()));
    assert_eq!(rows[0].property, 0, "{rows:#?}");
    let changed = "the object is no longer what the dataset version says: it was changed since";
    assert_eq!(why(1), Some(("source_changed", changed)));
    assert_eq!(why(2), Some(("source_missing", "the object that the dataset version names was deleted")));
    processing.shutdown().await;
    datasets.shutdown().await;
}
