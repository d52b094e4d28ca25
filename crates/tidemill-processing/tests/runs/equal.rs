//! The same output whatever the number of threads and the size of the shards, and however often a run goes on.

use crate::support::{World, ended, photographs, project, request, results, until};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::json;
use std::collections::BTreeMap;
use tidemill_processing::Processing;

/// Samples that may be at work when a run is interrupted, where a shard is one sample.
const AT_WORK: u64 = 2;
/// Samples that are finished for certain then.
const GONE: u64 = 4;

type Outcome = (BTreeMap<String, Vec<u8>>, Vec<(String, i64, Vec<String>)>);

async fn outcome(threads: usize, shard_samples: u64, interrupted: bool) -> Outcome {
    let mut world = World::new().await;
    world.config.threads = threads;
    world.config.shard_samples = shard_samples;
    for (name, bytes) in photographs(23) {
        // Two of each name, so that places are contested.
        world.put(&format!("in/a/{name}"), bytes.clone()).await;
        world.put(&format!("in/b/{name}"), bytes).await;
    }
    let operators = json!([
        {"name": "MetaValidation", "params": {"image_max_width": "90"}},
        {"name": "HistogramEqual"},
        {"name": "Resize", "params": {"width": "64", "height": "48", "copies": "2"}},
    ]);
    let mut processing = world.process().await;
    let task = processing.create_task(&project(), request("sys_data_augmentation", operators)).await.unwrap();
    if interrupted {
        until(async || {
            let page = processing.list_versions(&project(), &task, Default::default(), false, (0, 1)).await;
            page.unwrap().versions[0].status > 0
        })
        .await;
        processing.shutdown().await;
        processing = world.process().await;
    }
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    assert_eq!((version.origin_sample_count, version.add_sample_count), (Some(46), Some(92)));
    let mut objects = world.objects(&format!("out/{}", version.task_version_id)).await;
    objects.remove("output.manifest");
    let results = results(&processing, &version).await;
    let results = results.iter().map(|r| {
        let reasons = r.reasons.iter().map(|reason| reason.english.clone()).collect();
        (r.origin.as_ref().unwrap().key.clone(), r.property, reasons)
    });
    let results = results.collect();
    processing.shutdown().await;
    (objects, results)
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_shards_and_interruptions_change_nothing() {
    let expected = outcome(1, 256, false).await;
    assert_eq!(expected.0.keys().filter(|key| key.ends_with(".jpg")).count(), 92);
    for (threads, shard_samples, interrupted) in [(4, 256, false), (3, 1, false), (2, 7, false), (2, 5, true)]
    {
        let found = outcome(threads, shard_samples, interrupted).await;
        assert!(found == expected, "{threads} threads, {shard_samples} samples a shard, {interrupted}");
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
        processing.progress(&project(), &task, &task).await.unwrap().samples_done
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
