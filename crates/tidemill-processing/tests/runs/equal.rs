//! The same output whatever the number of threads, the size of the shards and the memory, and however often a run goes
//! on.

use crate::composed::dataset_of;
use crate::support::{BUCKET, World, ended, photographs, project, request, results, results_of, until};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tidemill_api::modelarts::processing::ProcessorTaskVersion;
use tidemill_dataset::DatasetType;
use tidemill_processing::{Processing, SampleResult, WITHDRAWN};

/// Samples that may be at work when a run is interrupted, where a shard is one sample.
const AT_WORK: u64 = 2;
/// Samples that are finished for certain then.
const GONE: u64 = 4;

/// How a run works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    threads: usize,
    shard_samples: u64,
    memory_bytes: u64,
    pub(crate) interrupted: bool,
}

pub(crate) const PLAIN: How =
    How { threads: 1, shard_samples: 256, memory_bytes: 1 << 30, interrupted: false };
pub(crate) const OTHERS: [How; 5] = [
    How { threads: 4, ..PLAIN },
    How { threads: 3, shard_samples: 1, ..PLAIN },
    How { threads: 4, shard_samples: 7, memory_bytes: 24 << 20, ..PLAIN },
    How { threads: 2, shard_samples: 7, memory_bytes: 48 << 20, ..PLAIN },
    How { threads: 2, shard_samples: 5, interrupted: true, ..PLAIN },
];

/// What a run made.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    rows: Vec<Row>,
    pub(crate) withdrawn: Vec<Row>,
    pub(crate) counters: [Option<i64>; 5],
}

/// Origin, what became of it, why, and the rest.
type Row = (String, i64, Vec<String>, Value);

fn row(result: &SampleResult) -> Row {
    let reasons = result.reasons.iter().map(|reason| reason.english.clone()).collect();
    let origin = result.origin.as_ref().unwrap().key.clone();
    let compared_with = result.compared_with.as_ref().map(|place| place.key.clone());
    (origin, result.property, reasons, json!([compared_with, result.scores]))
}

fn counters(version: &ProcessorTaskVersion) -> [Option<i64>; 5] {
    [
        version.origin_sample_count,
        version.unmodified_sample_count,
        version.modified_sample_count,
        version.deleted_sample_count,
        version.add_sample_count,
    ]
}

/// Pictures in two directories, and a few to compare with.
pub(crate) async fn world(how: How) -> World {
    let mut world = World::new().await;
    world.config.threads = how.threads;
    world.config.shard_samples = how.shard_samples;
    world.config.memory_bytes = how.memory_bytes;
    for (name, bytes) in photographs(23) {
        // Two of each name, so that places are contested.
        world.put(&format!("in/a/{name}"), bytes.clone()).await;
        world.put(&format!("in/b/{name}"), bytes.clone()).await;
        if name.as_str() < "004" {
            world.put(&format!("good/{name}"), bytes).await;
        }
    }
    world
}

async fn outcome(how: How, template: &str, operators: &Value) -> Outcome {
    let world = world(how).await;
    let mut processing = world.process().await;
    let task = processing.create_task(&project(), request(template, operators.clone())).await.unwrap();
    if how.interrupted {
        processing = world.interrupted(processing, &task).await;
    }
    let version = ended(&processing, &task).await;
    let mut outcome = outcome_of(&world, &processing, &version).await;
    // It names the run, which is another one each time.
    outcome.objects.remove("output.manifest");
    processing.shutdown().await;
    outcome
}

/// What a run made that has completed.
pub(crate) async fn outcome_of(
    world: &World,
    processing: &Processing,
    version: &ProcessorTaskVersion,
) -> Outcome {
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    let objects = world.objects(&format!("out/{}", version.task_version_id)).await;
    let rows = results(processing, version).await.iter().map(row).collect();
    let withdrawn = results_of(processing, version, Some(WITHDRAWN)).await.iter().map(row).collect();
    Outcome { objects, rows, withdrawn, counters: counters(version) }
}

async fn all_the_same(template: &str, operators: Value) -> Outcome {
    let expected = outcome(PLAIN, template, &operators).await;
    for how in OTHERS {
        let found = outcome(how, template, &operators).await;
        assert!(found == expected, "{how:?}: {:?}, expected {:?}", found.counters, expected.counters);
    }
    expected
}

#[tokio::test(flavor = "multi_thread")]
async fn augmented_pictures_are_the_same() {
    let operators = json!([
        {"name": "MetaValidation", "params": {"image_max_width": "90"}},
        {"name": "HistogramEqual"},
        {"name": "Resize", "params": {"width": "64", "height": "48", "copies": "2"}},
    ]);
    let outcome = all_the_same("sys_data_augmentation", operators).await;
    assert_eq!(outcome.counters, [Some(46), Some(46), Some(0), Some(0), Some(92)]);
    assert_eq!(outcome.objects.keys().filter(|key| key.ends_with(".jpg")).count(), 92);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_over_all_samples_are_the_same() {
    // With one group nothing depends on the seed, which is another one for each run.
    let operators = json!([
        {"name": "SimDeduplication", "params": {"simlarity_threshold": "0.97"}},
        {"name": "RRD", "params": {"sample_ratio": "0.5", "n_clusters": "1"}},
    ]);
    let outcome = all_the_same("sys_data_selection", operators).await;
    let [origin, kept, _, deleted, _] = outcome.counters.map(Option::unwrap_or_default);
    assert_eq!((origin, kept + deleted), (46, 46));
    assert!(deleted >= 34 && kept > 0, "{:?}", outcome.counters);
    assert!(
        outcome.rows.iter().all(|row| row.3[1]["embedding"]["level"] == "basic"),
        "{:?}",
        outcome.rows[0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cleansing_is_the_same() {
    let params =
        json!({"prototype_sample_path": format!("obs://{BUCKET}/good/"), "allow_basic_embedding": "True"});
    let outcome = all_the_same("sys_data_cleaning", json!([{"name": "PCC", "params": params}])).await;
    let kept = outcome.rows.iter().filter(|row| row.1 == 0).count();
    assert!((8..=46).contains(&kept), "{kept}");
}

/// The result of a feature analysis of the pictures as a version of a dataset.
async fn analysis(how: How) -> Value {
    let world = world(how).await;
    let (processing, datasets) = world.process_with_datasets().await;
    let dataset = dataset_of(&datasets, DatasetType::ImageClassification).await.id.to_string();
    let mut body = request("sys_data_validation", json!([{"name": "MetaValidation", "params": {}}]));
    body.work_path = serde_json::from_value(json!({"type": "DATASET", "path": dataset})).unwrap();
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await.work_path.unwrap().version_id.unwrap();
    let body = serde_json::from_value(json!({
        "name": "features", "inputs": [{"type": "DATASET", "source": dataset}], "version_id": version,
        "template": {"id": "sys_data_analyse", "operator_params": [{"params": {"op_list": []}}]},
    }));
    let task = processing.create_task(&project(), body.unwrap()).await.unwrap();
    let mut result = None;
    until(async || {
        let shown = processing.describe_task(&project(), &task).await.unwrap();
        assert!(shown.status < 3, "{:?}", shown.error_msg);
        result = shown.result;
        result.is_some()
    })
    .await;
    processing.shutdown().await;
    result.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn feature_analysis_is_the_same() {
    let expected = analysis(PLAIN).await;
    assert!(expected.to_string().len() > 1000, "{expected}");
    for how in OTHERS.into_iter().filter(|how| !how.interrupted) {
        assert!(analysis(how).await == expected, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_goes_on_does_not_do_again_what_was_finished() {
    let mut world = World::new().await;
    (world.config.threads, world.config.shard_samples) = (1, 1);
    for (name, bytes) in photographs(40) {
        world.put(&format!("in/{name}"), bytes).await;
    }
    let operators =
        json!([{"name": "Resize", "params": {"width": "64", "height": "48", "do_validation": "False"}}]);
    let mut processing = world.process().await;
    let task = processing.create_task(&project(), request("sys_data_augmentation", operators)).await.unwrap();
    let done = async |processing: &Processing| {
        processing.progress(&project(), &task, &task).await.unwrap().samples_done.unwrap_or_default()
    };
    until(async || done(&processing).await >= AT_WORK + GONE).await;
    processing.shutdown().await;
    // Whoever does the first shards again does not find them.
    for number in 0..GONE {
        world.buckets.bucket.delete(&Path::from(format!("in/{number:03}.jpg"))).await.unwrap();
    }
    processing = world.process().await;
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.add_sample_count), (2, Some(40)));
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_before_a_run_was_interrupted_is_not_decided_again() {
    let mut world = World::new().await;
    (world.config.threads, world.config.shard_samples) = (2, 1);
    let directories = 6;
    for (name, bytes) in photographs(20) {
        for directory in 0..directories {
            world.put(&format!("in/{directory}/{name}"), bytes.clone()).await;
        }
    }
    let operators = json!([{"name": "SimDeduplication", "params": {"do_validation": "False"}}]);
    let mut processing = world.process().await;
    let task = processing.create_task(&project(), request("sys_data_selection", operators)).await.unwrap();
    let versions = processing.list_versions(&project(), &task, Default::default(), false, (0, 1)).await;
    let run = &versions.unwrap().versions[0].task_version_id;
    let (artefacts, samples) = (&world.buckets.artefacts, directories * 20);
    let stage = format!("runs/{run}/1");
    let last_share = Path::from(format!("{stage}/shares/{:08}.arrow", samples - 1));
    until(async || artefacts.head(&last_share).await.is_ok()).await;
    processing.shutdown().await;
    let applied = artefacts.list_with_delimiter(Some(&Path::from(stage))).await.unwrap().objects.len();
    assert!(applied < samples, "the run was too fast to be interrupted");
    // Whoever decides again finds nothing to decide over.
    let listed: Vec<_> =
        artefacts.list(Some(&Path::from(format!("runs/{run}/0")))).try_collect().await.unwrap();
    let vectors = listed.iter().filter(|meta| meta.location.as_ref().ends_with(".vectors.arrow"));
    let mut removed = 0;
    for meta in vectors {
        artefacts.delete(&meta.location).await.unwrap();
        removed += 1;
    }
    assert_eq!(removed, samples);
    processing = world.process().await;
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    assert!(version.unmodified_sample_count.is_some_and(|kept| (1..=20).contains(&kept)), "{version:?}");
    processing.shutdown().await;
}
