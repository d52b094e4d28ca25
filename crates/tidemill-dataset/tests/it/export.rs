//! Exports: what is written is read again as it was.

use crate::support::{PATIENCE, World, bmp, own, project};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use std::time::Duration;
use tidemill_dataset::sample::{Sample, Usage};
use tidemill_dataset::search::SearchCondition;
use tidemill_dataset::task::{FailureReason, TaskKind, TaskRecord, TaskState};
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{
    Dataset, DatasetError, DatasetType, ExportFormat, ExportLayout, ExportOptions, ExportTarget, ExportWhich,
    PathError,
};

fn to(path: &str, format: ExportFormat) -> ExportOptions {
    ExportOptions {
        path: path.to_owned(),
        which: ExportWhich::All,
        layout: ExportLayout::Flat,
        format,
        state: None,
        conditions: Vec::new(),
        samples: Vec::new(),
        version: None,
        ratio: None,
        clear_hard: true,
        new_dataset: None,
        echo: Value::Null,
    }
}

async fn export(world: &World, dataset: &Dataset, options: ExportOptions) -> TaskRecord {
    let begun = world.datasets.start_export(&project(), dataset.id.as_str(), options, None).await.unwrap();
    world.ended(dataset, TaskKind::Export, &begun.id).await
}

async fn keys(world: &World, prefix: &str) -> Vec<String> {
    let found: Vec<_> = world.bucket.list(Some(&Path::from(prefix))).try_collect().await.unwrap();
    found.into_iter().map(|meta| meta.location.to_string()).collect()
}

/// Name, usage, and labels with their properties, of samples by name.
fn content(samples: Vec<Sample>) -> Vec<Value> {
    let label = |label: &tidemill_dataset::sample::SampleLabel| json!([label.name, label.property]);
    let mut all: Vec<Value> = samples
        .iter()
        .map(|s| {
            let name = s.place.location().map(|l| l.name().to_owned());
            json!([name, s.usage.map(Usage::as_str), s.labels.iter().map(label).collect::<Vec<_>>()])
        })
        .collect();
    all.sort_by_key(ToString::to_string);
    all
}

async fn imported_again(world: &World, kind: DatasetType, directory: &str) -> Vec<Value> {
    let again = world.dataset_at("again", kind, directory).await;
    world.import(&again, own(&again)).await;
    let samples = content(world.samples(&again).await);
    world.datasets.delete(&project(), again.id.as_str()).await.unwrap();
    samples
}

#[tokio::test]
async fn boxes_survive_label_files_of_both_formats() {
    let world = World::new().await;
    let lines = [("a", "0 0.5 0.5 0.5 0.5\n1 0.25 0.25 0.1 0.2\n"), ("b", "1 0.5 0.5 1 1\n")];
    world.put("in/obj.data", "names = obj.names\ntrain = train.txt\nvalid = valid.txt\n").await;
    world.put("in/obj.names", "cat\ndog\n").await;
    world.put("in/train.txt", "a.bmp\nc.bmp\n").await;
    world.put("in/valid.txt", "b.bmp\n").await;
    for (name, text) in lines {
        world.put(&format!("in/{name}.txt"), text).await;
    }
    for name in ["a", "b", "c"] {
        world.put(&format!("in/{name}.bmp"), bmp(40, 20)).await;
    }
    let dataset = world.dataset(DatasetType::ObjectDetection).await;
    world.import(&dataset, own(&dataset)).await;
    let before = content(world.samples(&dataset).await);

    let task = export(&world, &dataset, to("/b/yolo/", ExportFormat::Yolo)).await;
    assert_eq!(
        (task.state, task.counts.total, task.counts.finished),
        (TaskState::Completed, 3, 3),
        "{task:?}"
    );
    assert_eq!(imported_again(&world, DatasetType::ObjectDetection, "/b/yolo/").await, before);

    export(&world, &dataset, to("/b/voc/", ExportFormat::Voc)).await;
    let without_usage: Vec<Value> = before.iter().map(|s| json!([s[0], null, s[2]])).collect();
    assert_eq!(imported_again(&world, DatasetType::ObjectDetection, "/b/voc/").await, without_usage);

    export(&world, &dataset, to("/b/coco/", ExportFormat::Coco)).await;
    let file = world.bucket.get(&Path::from("coco/annotations.json")).await.unwrap().bytes().await.unwrap();
    let coco: Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(coco["images"].as_array().unwrap().len(), 3);
    assert_eq!(coco["annotations"][0]["bbox"], json!([10.0, 5.0, 20.0, 10.0]));
}

#[tokio::test]
async fn labels_survive_both_layouts() {
    let world = World::new().await;
    for key in ["in/cat/1.jpg", "in/dog/1.jpg", "in/dog/both.jpg", "in/none.jpg"] {
        world.put(key, "image").await;
    }
    world.put("in/dog/both.txt", "dog\ncat\n").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let directories =
        ExportOptions { layout: ExportLayout::Directories, ..to("/b/dirs/", ExportFormat::Voc) };
    export(&world, &dataset, directories).await;
    let expected =
        ["dirs/cat/1.jpg", "dirs/dog/1.jpg", "dirs/dog/both.jpg", "dirs/dog/both.txt", "dirs/none.jpg"];
    assert_eq!(keys(&world, "dirs").await, expected);
    let before = content(world.samples(&dataset).await);
    assert_eq!(imported_again(&world, DatasetType::ImageClassification, "/b/dirs/").await, before);

    export(&world, &dataset, to("/b/flat/", ExportFormat::Voc)).await;
    let expected = [
        "flat/1.jpg",
        "flat/1.txt",
        "flat/1_1.jpg",
        "flat/1_1.txt",
        "flat/both.jpg",
        "flat/both.txt",
        "flat/none.jpg",
    ];
    assert_eq!(keys(&world, "flat").await, expected);

    let labeled = ExportOptions { which: ExportWhich::Unlabeled, ..to("/b/un/", ExportFormat::Voc) };
    assert_eq!(export(&world, &dataset, labeled).await.counts.finished, 1);
    assert_eq!(keys(&world, "un").await, ["un/none.jpg"]);
}

#[tokio::test]
async fn an_export_can_be_split_and_become_a_dataset() {
    let world = World::new().await;
    for n in 0..10 {
        world.put(&format!("in/cat/{n}.jpg"), "image").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let split = ExportOptions { ratio: Some(0.8), ..to("/b/split/", ExportFormat::Voc) };
    export(&world, &dataset, split.clone()).await;
    let written = keys(&world, "split").await;
    let count = |part: &str| written.iter().filter(|k| k.starts_with(part) && k.ends_with(".jpg")).count();
    assert_eq!((count("split/train/"), count("split/eval/")), (8, 2));

    let target = ExportTarget { name: "made".to_owned(), work_path: "/b/work2/".to_owned() };
    let options = ExportOptions { path: "/b/made/".to_owned(), ..split };
    let begun =
        world.datasets.start_export(&project(), dataset.id.as_str(), options, Some(target)).await.unwrap();
    assert_eq!(world.ended(&dataset, TaskKind::Export, &begun.id).await.state, TaskState::Completed);
    let query =
        tidemill_dataset::ListQuery { name_part: Some("made".to_owned()), limit: 10, ..Default::default() };
    let made = world.datasets.list(&project(), &query).await.unwrap().0.remove(0);
    let samples = world.samples(&made).await;
    let trained =
        samples.iter().filter(|s| s.usage == Some(Usage::Train) && s.labels[0].name == "cat").count();
    assert_eq!((samples.len(), trained), (10, 8));
    assert_eq!(world.sync(&made).await.counts.added, 0, "its samples are below its input path");
}

#[tokio::test]
async fn the_samples_of_a_version_are_chosen_like_those_at_work() {
    let world = World::new().await;
    for key in ["in/cat/1.jpg", "in/cat/2.jpg", "in/dog/3.jpg", "in/none.jpg"] {
        world.put(key, "image").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let version = world.published(&dataset, NewVersion::default()).await;
    let condition = |json: Value| serde_json::from_value::<SearchCondition>(json).unwrap();
    let found = |conditions: &[Value], state| ExportOptions {
        which: ExportWhich::Found,
        conditions: conditions.iter().cloned().map(condition).collect(),
        state,
        ..to("/b/out/", ExportFormat::Voc)
    };
    let cat = json!({"label_list": {"labels": [{"name": "cat", "type": 0}]}});
    for (options, expected) in [
        (found(std::slice::from_ref(&cat), None), 2),
        (found(&[cat.clone(), json!({"sample_name": "none.jpg"})], None), 3),
        (found(&[json!({"label_list": cat["label_list"], "sample_name": "2.jpg"})], None), 1),
        (found(&[json!({"sample_dir": "/b/in/"})], None), 1),
        (found(&[json!({"hard": "False"})], Some(0)), 1),
        (found(&[json!({"hard": true})], None), 0),
        (found(&[json!({"metadata": {"props": {"size": null}}})], None), 0),
        (found(&[], Some(1)), 3),
    ] {
        for of in [None, Some(version.clone())] {
            let options = ExportOptions { version: of, ..options.clone() };
            assert_eq!(export(&world, &dataset, options.clone()).await.counts.total, expected, "{options:?}");
        }
    }
    for wrong in [json!({"sample_time": "day"}), json!({"hard": "x"})] {
        let options = ExportOptions { version: Some(version.clone()), ..found(&[wrong], None) };
        let refused = world.datasets.start_export(&project(), dataset.id.as_str(), options, None).await;
        assert!(matches!(refused, Err(DatasetError::Invalid(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_or_told() {
    let world = World::new().await;
    world.put("in/1.jpg", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let owner = project();
    let start = |options| world.datasets.start_export(&owner, dataset.id.as_str(), options, None);
    let inside = start(to("/b/in/out/", ExportFormat::Voc)).await.unwrap_err();
    assert!(matches!(inside, DatasetError::Path(PathError::InsideInput)), "{inside}");
    let missing = start(to("/nowhere/out/", ExportFormat::Voc)).await.unwrap_err();
    assert!(matches!(missing, DatasetError::Path(PathError::NoBucket(_))), "{missing}");
    let coco = start(to("/b/out/", ExportFormat::Coco)).await.unwrap_err();
    assert!(matches!(coco, DatasetError::Invalid(_)), "{coco}");
    world.bucket.delete(&Path::from("in/1.jpg")).await.unwrap();
    let task = export(&world, &dataset, to("/b/out/", ExportFormat::Voc)).await;
    assert_eq!((task.state, task.counts.total, task.counts.finished), (TaskState::Completed, 1, 0));
    assert!(task.counts.left_out.contains("object not found"), "{}", task.counts.left_out);
}

#[tokio::test]
async fn samples_are_counted_over_time() {
    let world = World::new().await;
    world.put("in/1.jpg", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let start_ms = world.clock.now_ms();
    world.import(&dataset, own(&dataset)).await;
    let counted = async {
        loop {
            world.clock.advance(Duration::from_secs(60));
            tokio::task::yield_now().await;
            let end_ms = world.clock.now_ms() - 1;
            let read =
                world.datasets.metrics(&project(), dataset.id.as_str(), start_ms, end_ms).await.unwrap();
            if let Some((at_ms, 1)) = read["total"].last_key_value().map(|(at_ms, n)| (*at_ms, *n)) {
                return at_ms;
            }
        }
    };
    let counted_ms = tokio::time::timeout(PATIENCE, counted).await.expect("nothing is counted");
    world.put("in/2.jpg", "image").await;
    world.sync(&dataset).await;
    let end_ms = world.clock.now_ms();
    let series = world.datasets.metrics(&project(), dataset.id.as_str(), counted_ms, end_ms).await.unwrap();
    let values = |name: &str| series[name].values().copied().collect::<Vec<u64>>();
    assert_eq!((values("total").first(), values("total").last()), (Some(&1), Some(&2)));
    assert_eq!(values("success").last(), Some(&2));
    assert_eq!(values("failed").last(), Some(&0));
}

#[tokio::test]
async fn a_split_that_cannot_be_made_fails_as_publishing_does() {
    let world = World::new().await;
    for key in ["in/cat/1.jpg", "in/dog/2.jpg", "in/dog/3.jpg"] {
        world.put(key, "image").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let split = ExportOptions { ratio: Some(0.5), ..to("/b/split/", ExportFormat::Voc) };
    let task = export(&world, &dataset, split).await;
    assert_eq!(task.state, TaskState::Failed);
    assert_eq!(task.failure.map(|failure| failure.reason), Some(FailureReason::Split));
}
