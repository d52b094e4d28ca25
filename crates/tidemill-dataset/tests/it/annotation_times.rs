//! When annotations were made: from a manifest into a dataset, through versions, exports and changes.

use crate::support::{NOW_MS, World, bmp, project};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::{Value, json};
use std::time::Duration;
use tidemill_dataset::sample::{Content, Relabel, SampleLabel, Upload};
use tidemill_dataset::task::TaskKind;
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{
    Dataset, DatasetType, ExportFormat, ExportLayout, ExportOptions, ExportTarget, ExportWhich, ImportFrom,
    ImportOptions, LabelType, ListQuery,
};

/// 2024-01-02 03:04:05.
const MADE_MS: i64 = 1_704_164_645_000;
const NAMED: &str = r#"{"source":"s3://b/in/a.jpg","annotation":[{"type":"modelarts/image_classification","name":"cat","annotated-by":"human/t/u","creation-time":"2024-01-02 03:04:05"},{"type":"modelarts/image_classification","name":"pet","creation-time":"soon"},{"type":"modelarts/image_classification","name":"tom"}]}"#;
const BOXED: &str = r#"{"source":"s3://b/in/a.bmp","annotation":[{"type":"modelarts/object_detection","annotation-loc":"s3://b/m/a.xml","annotated-by":"human/t/u","creation-time":"2024-01-02 03:04:05"}]}"#;
const BOXES: &str = "<annotation><size><width>9</width><height>9</height></size>\
    <object><name>cat</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>\
    <object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>";

async fn world() -> World {
    let world = World::new().await;
    world.put("in/a.jpg", "image").await;
    world.put("in/a.bmp", bmp(9, 9)).await;
    world.put("m/a.xml", BOXES).await;
    world
}

async fn imported(world: &World, name: &str, kind: DatasetType, manifest: &str) -> Dataset {
    world.put("m/v.manifest", manifest).await;
    let dataset = world.dataset_at(name, kind, "/b/in/").await;
    world.import(&dataset, ImportOptions::new("/b/m/v.manifest", ImportFrom::Manifest).unwrap()).await;
    dataset
}

/// Publishes; the text of the version's manifest.
async fn manifest(world: &World, dataset: &Dataset) -> String {
    let id = world.published(dataset, NewVersion::default()).await;
    let version = world.datasets.version(&project(), dataset.id.as_str(), &id).await.unwrap();
    let found = world.bucket.get(&Path::from(version.manifest.key)).await.unwrap();
    String::from_utf8(found.bytes().await.unwrap().to_vec()).unwrap()
}

/// Who made each annotation of a manifest, and when.
fn told(manifest: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let annotations = manifest.lines().flat_map(|text| line(text)["annotation"].as_array().unwrap().clone());
    annotations.map(|a| json!([a["name"], a["annotated-by"], a["creation-time"]])).collect()
}

async fn times(world: &World, dataset: &Dataset) -> Vec<(String, Option<i64>)> {
    let samples = world.samples(dataset).await;
    let labels = samples.into_iter().flat_map(|sample| sample.labels);
    labels.map(|label| (label.name, label.created_ms)).collect()
}

#[tokio::test]
async fn names_keep_their_times_from_manifest_to_manifest() {
    let world = world().await;
    let dataset = imported(&world, "d", DatasetType::ImageClassification, NAMED).await;
    let expected = [("cat", Some(MADE_MS)), ("pet", None), ("tom", None)];
    assert_eq!(times(&world, &dataset).await, expected.map(|(name, at)| (name.to_owned(), at)));
    let first = manifest(&world, &dataset).await;
    let expected =
        json!([["cat", "human/t/u", "2024-01-02 03:04:05"], ["pet", "human", null], ["tom", "human", null]]);
    assert_eq!(json!(told(&first)), expected);
    let again = imported(&world, "again", DatasetType::ImageClassification, &first).await;
    assert_eq!(json!(told(&manifest(&world, &again).await)), expected);
}

#[tokio::test]
async fn boxes_have_the_time_of_their_label_file() {
    let world = world().await;
    let dataset = imported(&world, "d", DatasetType::ObjectDetection, BOXED).await;
    let both = ["cat", "dog"].map(|name| (name.to_owned(), Some(MADE_MS)));
    assert_eq!(times(&world, &dataset).await, both);
    let first = manifest(&world, &dataset).await;
    assert_eq!(json!(told(&first)), json!([[null, "human/t/u", "2024-01-02 03:04:05"]]));
    let again = imported(&world, "again", DatasetType::ObjectDetection, &first).await;
    assert_eq!(times(&world, &again).await, both);
}

#[tokio::test]
async fn a_call_makes_annotations_now_and_leaves_those_that_were_there_as_they_are() {
    let world = world().await;
    let dataset = imported(&world, "d", DatasetType::ImageClassification, NAMED).await;
    let sample = world.samples(&dataset).await.remove(0);
    world.clock.advance(Duration::from_secs(3600));
    let named = |name| SampleLabel::named(name, LabelType::ImageClassification, "human/t/other");
    let labels = vec![named("cat"), named("tom"), named("new")];
    let change = Relabel { id: sample.id.clone(), labels, ..Relabel::default() };
    world.datasets.relabel(&dataset, vec![change]).await.unwrap().remove(0).unwrap();
    assert_eq!(
        json!(told(&manifest(&world, &dataset).await)),
        json!([
            ["cat", "human/t/other", "2024-01-02 03:04:05"],
            ["tom", "human/t/other", null],
            ["new", "human/t/other", "2025-11-22 09:26:40"]
        ])
    );

    let upload = Upload {
        name: Some("b.bmp".to_owned()),
        content: Content::Inline(bmp(2, 2).into()),
        encoding: None,
        labels: vec![named("sent")],
        usage: None,
        hardness: Default::default(),
        metadata: Default::default(),
    };
    world.datasets.upload(&dataset, vec![upload]).await.unwrap().remove(0).unwrap();
    assert!(times(&world, &dataset).await.contains(&("sent".to_owned(), Some(NOW_MS + 3_600_000))));
}

#[tokio::test]
async fn times_come_back_with_a_version_and_go_along_into_an_exported_dataset() {
    let world = world().await;
    let dataset = imported(&world, "d", DatasetType::ImageClassification, NAMED).await;
    let imported = times(&world, &dataset).await;
    let version = world.published(&dataset, NewVersion::default()).await;
    world.clock.advance(Duration::from_secs(60));
    let sample = world.samples(&dataset).await.remove(0);
    let nothing = Relabel { id: sample.id, ..Relabel::default() };
    world.datasets.relabel(&dataset, vec![nothing]).await.unwrap().remove(0).unwrap();
    world.published(&dataset, NewVersion::default()).await;
    world.datasets.switch_version(&project(), dataset.id.as_str(), &version).await.unwrap();
    world.idle(&dataset).await;
    assert_eq!(times(&world, &dataset).await, imported);

    let target = ExportTarget { name: "made".to_owned(), work_path: "/b/work2/".to_owned() };
    let options = ExportOptions {
        path: "/b/copies/".to_owned(),
        which: ExportWhich::All,
        layout: ExportLayout::Flat,
        format: ExportFormat::Voc,
        state: None,
        conditions: Vec::new(),
        samples: Vec::new(),
        version: None,
        ratio: None,
        clear_hard: true,
        new_dataset: None,
        echo: Value::Null,
    };
    let (owner, target) = (project(), Some(target));
    let task = world.datasets.start_export(&owner, dataset.id.as_str(), options, target).await.unwrap();
    world.ended(&dataset, TaskKind::Export, &task.id).await;
    let query = ListQuery { name_part: Some("made".to_owned()), limit: 10, ..Default::default() };
    let made = world.datasets.list(&project(), &query).await.unwrap().0.remove(0);
    assert_eq!(times(&world, &made).await, imported);
}
