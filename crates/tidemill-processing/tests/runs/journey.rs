//! From a directory of pictures to a checked output.

use crate::support::{BUCKET, World, ended, photographs, project, request, results};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn photographs_are_validated_and_each_one_has_an_answer() {
    let world = World::new().await;
    let photographs = photographs(12);
    for (name, bytes) in &photographs {
        world.put(&format!("in/cat/{name}"), bytes.clone()).await;
    }
    world.put("in/cat/broken.jpg", photographs[0].1[..photographs[0].1.len() / 2].to_vec()).await;
    world.put("in/cat/notes.txt", "not a picture").await;
    let processing = world.process().await;
    let operators = json!([{"name": "MetaValidation", "params": {}}]);
    let task = processing.create_task(&project(), request("sys_data_validation", operators)).await.unwrap();

    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    assert_eq!(version.origin_sample_count, Some(13));
    assert_eq!((version.unmodified_sample_count, version.deleted_sample_count), (Some(12), Some(1)));
    let output = format!("out/{}", version.task_version_id);
    let objects = world.objects(&output).await;
    for (name, bytes) in &photographs {
        assert!(objects[&format!("Data/cat/{name}")] == *bytes, "{name} was changed");
    }
    let manifest = String::from_utf8(objects["output.manifest"].clone()).unwrap();
    assert_eq!((manifest.lines().count(), objects.len()), (12, 13));
    let line: serde_json::Value = serde_json::from_str(manifest.lines().next().unwrap()).unwrap();
    assert_eq!(line["source"], format!("obs://{BUCKET}/{output}/Data/cat/000.jpg"));
    assert_eq!(line["property"], json!({"@modelarts:data_checked": true}));
    assert_eq!(line["annotation"][0]["name"], "cat");

    let results = results(&processing, &version).await;
    let origins: Vec<_> = results.iter().map(|r| r.origin.clone().unwrap().key).collect();
    assert!(origins.is_sorted() && origins.len() == 13, "{origins:?}");
    let broken = results.iter().find(|r| r.property == 2).unwrap();
    assert_eq!(broken.origin.as_ref().unwrap().key, "in/cat/broken.jpg");
    assert_eq!((broken.reasons.len(), broken.product.clone()), (1, None));
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_file_without_a_picture_has_its_answer() {
    let world = World::new().await;
    world.put("in/a.jpg", photographs(1).remove(0).1).await;
    world.put("in/lonely.xml", "<annotation/>").await;
    let processing = world.process().await;
    let operators = json!([{"name": "MetaValidation", "params": {}}]);
    let task = processing.create_task(&project(), request("sys_data_validation", operators)).await.unwrap();
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    assert_eq!((version.unmodified_sample_count, version.deleted_sample_count), (Some(1), Some(1)));
    let results = results(&processing, &version).await;
    let shown: Vec<_> = results
        .iter()
        .map(|r| (r.origin.clone().unwrap().key, r.property, r.reasons.first().map(|why| why.code.clone())))
        .collect();
    let orphan = Some("orphan".to_owned());
    assert_eq!(shown, [("in/a.jpg".to_owned(), 0, None), ("in/lonely.xml".to_owned(), 2, orphan)]);
    processing.shutdown().await;
}
