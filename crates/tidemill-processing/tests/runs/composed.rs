//! A run over a dataset whose output becomes a version of the dataset.

use crate::support::{BUCKET, World, ended, photographs, project, request, results, until};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::{Value, json};
use tidemill_bucket::Location;
use tidemill_dataset::sample::{Hardness, NewSample, OnPresent, Sample, SampleLabel, Usage};
use tidemill_dataset::task::TaskState;
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{Dataset, DatasetType, Datasets, Fraction, LabelType, NewDataset, SampleType};
use tidemill_vision::{DecodeLimits, dimensions};

pub(crate) async fn dataset(datasets: &Datasets) -> Dataset {
    dataset_of(datasets, DatasetType::ObjectDetection).await
}

pub(crate) async fn dataset_of(datasets: &Datasets, kind: DatasetType) -> Dataset {
    made(datasets, "set", kind, format!("/{BUCKET}/in/")).await
}

pub(crate) async fn dataset_at(datasets: &Datasets, name: &str, input: &str) -> Dataset {
    made(datasets, name, DatasetType::ObjectDetection, input.to_owned()).await
}

async fn made(datasets: &Datasets, name: &str, kind: DatasetType, input_path: String) -> Dataset {
    let new = NewDataset {
        name: name.to_owned(),
        kind,
        description: String::new(),
        workspace: "0".to_owned(),
        input_path,
        work_path: format!("/{BUCKET}/made/"),
        labels: Vec::new(),
        definition: Default::default(),
    };
    datasets.create(&project(), new).await.unwrap()
}

fn labeled(name: &str, feature: Value, by: &str) -> SampleLabel {
    let mut label = SampleLabel::named(name, LabelType::ObjectDetection, by);
    label.property.insert("@modelarts:shape".to_owned(), json!("bndbox"));
    label.property.insert("@modelarts:feature".to_owned(), feature);
    label.property.insert("size_class".to_owned(), json!(7));
    (label.id, label.score) = (Some(format!("id of {by}")), Fraction::new(0.25));
    label
}

/// A picture with all that can be said of one.
pub(crate) async fn sample(world: &World, name: &str, bytes: &[u8], labels: Vec<SampleLabel>) -> NewSample {
    world.put(&format!("in/{name}"), bytes.to_vec()).await;
    let meta = world.buckets.bucket.head(&Path::from(format!("in/{name}"))).await.unwrap();
    let place = Location::parse(&format!("/{BUCKET}/in/{name}")).unwrap();
    let etag = meta.e_tag.unwrap();
    let mut sample = NewSample::object(place, SampleType::Image, meta.size, &etag, 1_700_000_000_000);
    let side = dimensions(bytes, &DecodeLimits::default()).unwrap();
    sample.metadata.insert("@modelarts:size".to_owned(), json!([side.width, side.height, 3]));
    sample.metadata.insert("camera".to_owned(), json!({"side": "left"}));
    sample.usage = Some(Usage::Eval);
    sample.hardness = Hardness { hard: Some(true), coefficient: Fraction::new(0.75), reasons: vec![3, 11] };
    sample.import_origin = 1;
    sample.labels = labels;
    sample
}

pub(crate) async fn samples(datasets: &Datasets, dataset: &Dataset) -> Vec<Sample> {
    datasets.walk_samples(&dataset.id).next_page().await.unwrap()
}

/// How many samples a synchronisation added, and how many there are.
pub(crate) async fn synchronised(datasets: &Datasets, dataset: &Dataset) -> (u64, u64) {
    let id = datasets.start_sync(&project(), dataset.id.as_str()).await.unwrap();
    let mut last = None;
    until(async || {
        last = datasets.latest_sync(&project(), dataset.id.as_str()).await.unwrap();
        last.as_ref().is_some_and(|task| task.id == id && task.ended_ms.is_some())
    })
    .await;
    let task = last.unwrap();
    assert_eq!(task.state, TaskState::Completed);
    (task.counts.added, task.counts.total)
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_samples_keep_all_they_had_and_changed_ones_what_still_holds() {
    let world = World::new().await;
    let (processing, datasets) = world.process_with_datasets().await;
    let set = dataset(&datasets).await;
    let bytes = photographs(1).remove(0).1;
    let side = dimensions(&bytes, &DecodeLimits::default()).unwrap();
    let inside = || labeled("cat", json!([[2, 2], [12, 12]]), "human/a/b");
    let over = [f64::from(side.width) - 12.0, f64::from(side.width) + 2.0];
    let beyond = labeled("cat", json!([[over[0], 2], [over[1], 12]]), "modelarts/active-learning");
    let all = vec![
        sample(&world, "a.jpg", &bytes, vec![inside()]).await,
        sample(&world, "b.jpg", &bytes, vec![inside(), beyond]).await,
        sample(&world, "c.jpg", &bytes, vec![labeled("cat", json!([[-9, 0], [3, 9]]), "x")]).await,
        NewSample { metadata: Default::default(), ..sample(&world, "d.jpg", &bytes, vec![]).await },
    ];
    world.put("in/d.jpg", bytes[..bytes.len() / 2].to_vec()).await;
    datasets.add_samples(&set.id, all, OnPresent::Replace).await.unwrap();
    let before = samples(&datasets, &set).await;
    let mut new = NewVersion::default();
    (new.options.remove_usage, new.options.clear_hard) = (false, false);
    datasets.publish(&project(), set.id.as_str(), new).await.unwrap();
    until(async || datasets.get(&project(), set.id.as_str()).await.unwrap().idle().is_ok()).await;

    let mut task = serde_json::to_value(request(
        "sys_data_validation",
        json!([{"name": "MetaValidation", "params": {}}]),
    ))
    .unwrap();
    task["inputs"] = json!([{"type": "DATASET", "source": set.id.as_str()}]);
    task["work_path"] = json!({"type": "DATASET", "path": set.id.as_str()});
    let id = processing.create_task(&project(), serde_json::from_value(task).unwrap()).await.unwrap();
    let version = ended(&processing, &id).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    let counts =
        (version.unmodified_sample_count, version.modified_sample_count, version.deleted_sample_count);
    assert_eq!(counts, (Some(1), Some(2), Some(1)), "{:#?}", results(&processing, &version).await);

    let after = samples(&datasets, &set).await;
    assert_eq!(after.len(), 3);
    assert_eq!(after[0], before[0], "a kept sample is what it was");
    let changed = &after[1];
    assert!(changed.place.location().unwrap().key.ends_with("/b_checked.jpg"), "{changed:?}");
    assert_eq!((changed.usage, changed.import_origin), (before[1].usage, 1));
    assert_eq!((&changed.hardness, &changed.metadata), (&before[1].hardness, &before[1].metadata));
    let mut expected = before[1].labels.clone();
    let clipped = json!([[over[0] as i64, 2], [side.width, 12]]);
    expected[1].property.insert("@modelarts:feature".to_owned(), clipped);
    assert_eq!(changed.labels, expected, "only the corner has moved");
    assert!(changed.modified_ms > 0, "the bucket knows when the product was written");
    assert_eq!(after[2].labels, [], "a box that is gone is no label any more");
    assert_eq!(after[2].metadata["camera"], json!({"side": "left"}));

    assert_eq!(synchronised(&datasets, &set).await, (0, 3), "neither origins nor dropped ones come back");
    assert_eq!(samples(&datasets, &set).await, after, "and nothing is taken for changed");
    processing.shutdown().await;
    datasets.shutdown().await;
}
