//! What is known of labels goes from a dataset through the outputs of tasks into another version.

use crate::composed::{dataset_of, sample, samples};
use crate::support::{World, ended, photographs, project, request, until};
use serde_json::{Value, json};
use tidemill_api::modelarts::processing::ProcessorTaskVersion;
use tidemill_dataset::sample::{OnPresent, SampleLabel};
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{Dataset, DatasetType, Datasets, Fraction, LabelType};
use tidemill_processing::Processing;

/// 2024-01-02 03:04:05.
const MADE_MS: i64 = 1_704_164_645_000;

fn named(name: &str) -> SampleLabel {
    let mut label = SampleLabel::named(name, LabelType::ImageClassification, "human/a/b");
    label.property.insert("fur".to_owned(), json!("white"));
    (label.score, label.created_ms) = (Fraction::new(0.5), Some(MADE_MS));
    label
}

fn boxed() -> SampleLabel {
    let mut label = SampleLabel::named("cat", LabelType::ObjectDetection, "human/a/b");
    label.property.insert("@modelarts:shape".to_owned(), json!("bndbox"));
    label.property.insert("@modelarts:feature".to_owned(), json!([[2, 2], [12, 12]]));
    label.created_ms = Some(MADE_MS);
    label
}

/// A published dataset of one picture as it should be and one with a wrong suffix.
async fn published(world: &World, datasets: &Datasets, kind: DatasetType, label: SampleLabel) -> Dataset {
    let set = dataset_of(datasets, kind).await;
    let bytes = photographs(1).remove(0).1;
    let all = vec![
        sample(world, "a.jpg", &bytes, vec![label.clone()]).await,
        sample(world, "b.png", &bytes, vec![label]).await,
    ];
    datasets.add_samples(&set.id, all, OnPresent::Replace).await.unwrap();
    datasets.publish(&project(), set.id.as_str(), NewVersion::default()).await.unwrap();
    until(async || datasets.get(&project(), set.id.as_str()).await.unwrap().idle().is_ok()).await;
    set
}

/// Runs one operator over a source; into the dataset if one is given.
async fn run(
    processing: &Processing,
    (template, operator): (&str, &str),
    (kind, source): (&str, &str),
    into: Option<&Dataset>,
) -> ProcessorTaskVersion {
    let operators = json!([{"name": operator, "params": {}}]);
    let mut task = serde_json::to_value(request(template, operators)).unwrap();
    task["name"] = json!(format!("{operator}-of-{kind}-{}", into.is_some()));
    task["inputs"] = json!([{"type": kind, "source": source}]);
    if let Some(set) = into {
        task["work_path"] = json!({"type": "DATASET", "path": set.id.as_str()});
    }
    let task = serde_json::from_value(task).unwrap();
    let id = processing.create_task(&project(), task).await.unwrap();
    let version = ended(processing, &id).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    version
}

/// The annotations in the manifest of a run, without where label files lie.
async fn annotations(world: &World, version: &ProcessorTaskVersion) -> Vec<Value> {
    let objects = world.objects(&format!("out/{}", version.task_version_id)).await;
    let manifest = String::from_utf8(objects["output.manifest"].clone()).unwrap();
    let line = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let mut all: Vec<Value> =
        manifest.lines().flat_map(|text| line(text)["annotation"].as_array().unwrap().clone()).collect();
    all.iter_mut().for_each(|annotation| drop(annotation.as_object_mut().unwrap().remove("annotation-loc")));
    all
}

const VALIDATION: (&str, &str) = ("sys_data_validation", "MetaValidation");
const AUGMENTATION: (&str, &str) = ("sys_data_augmentation", "Flip");

#[tokio::test(flavor = "multi_thread")]
async fn names_keep_who_gave_them_and_when() {
    let world = World::new().await;
    let (processing, datasets) = world.process_with_datasets().await;
    let set = published(&world, &datasets, DatasetType::ImageClassification, named("cat")).await;
    let first = run(&processing, VALIDATION, ("DATASET", set.id.as_str()), None).await;
    let told = json!({"type": "modelarts/image_classification", "name": "cat", "property": {"fur": "white"},
        "annotated-by": "human/a/b", "confidence": 0.5, "creation-time": "2024-01-02 03:04:05"});
    assert_eq!(annotations(&world, &first).await, [told.clone(), told.clone()]);

    let second = run(&processing, VALIDATION, ("TASK", &first.task_id), None).await;
    assert_eq!(annotations(&world, &second).await, [told.clone(), told]);
    run(&processing, VALIDATION, ("TASK", &second.task_id), Some(&set)).await;
    let after = samples(&datasets, &set).await;
    assert!(after.iter().all(|sample| sample.labels == [named("cat")]), "{after:#?}");
    assert_eq!(after.len(), 2);
    processing.shutdown().await;
    datasets.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boxes_are_their_annotators_until_new_pictures_are_made() {
    let world = World::new().await;
    let (processing, datasets) = world.process_with_datasets().await;
    let set = published(&world, &datasets, DatasetType::ObjectDetection, boxed()).await;
    let first = run(&processing, VALIDATION, ("DATASET", set.id.as_str()), None).await;
    let told = json!({"type": "modelarts/object_detection", "annotation-format": "PASCAL VOC",
        "annotated-by": "human/a/b", "creation-time": "2024-01-02 03:04:05"});
    assert_eq!(annotations(&world, &first).await, [told.clone(), told]);

    let new = run(&processing, AUGMENTATION, ("TASK", &first.task_id), None).await;
    let added = json!({"type": "modelarts/object_detection", "annotation-format": "PASCAL VOC",
        "annotated-by": "modelarts/hard_example_algo"});
    assert_eq!(annotations(&world, &new).await, [added.clone(), added]);
    run(&processing, VALIDATION, ("TASK", &new.task_id), Some(&set)).await;
    let after = samples(&datasets, &set).await;
    let labels: Vec<&SampleLabel> = after.iter().flat_map(|sample| &sample.labels).collect();
    assert_eq!(labels.len(), 2);
    assert!(labels.iter().all(|l| l.annotated_by == "modelarts/hard_example_algo"), "{labels:#?}");
    processing.shutdown().await;
    datasets.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn augmented_names_keep_their_attributes_and_nobody_stands_for_them() {
    let world = World::new().await;
    let (processing, datasets) = world.process_with_datasets().await;
    let set = published(&world, &datasets, DatasetType::ImageClassification, named("cat")).await;
    let new = run(&processing, AUGMENTATION, ("DATASET", set.id.as_str()), None).await;
    let told = json!({"type": "modelarts/image_classification", "name": "cat", "property": {"fur": "white"}});
    assert_eq!(annotations(&world, &new).await, [told.clone(), told]);
    processing.shutdown().await;
    datasets.shutdown().await;
}
