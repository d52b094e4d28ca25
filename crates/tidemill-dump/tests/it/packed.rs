//! Streams whose payloads are packed: what is delivered is what was packed, and what cannot be unpacked is
//! delivered as it came.

use crate::support::{Process, World, drive, gzip, new_task, project, settle_down, until, verified};
use object_store::ObjectStoreExt;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tidemill_dump::{Action, TaskState};
use tidemill_model::EventKind;
use tidemill_stream::{CompressionFormat, Stream};

async fn gzip_task(world: &World) -> (Process, Arc<Stream>, String) {
    let p = world.process().await;
    let stream = p.packed_stream("orders", 1, CompressionFormat::Gzip).await;
    let id = p.task(&stream, "task").await;
    (p, stream, id)
}

#[tokio::test]
async fn every_format_is_unpacked_before_it_is_delivered() {
    let snappy = snap::raw::Encoder::new().compress_vec(b"one").unwrap();
    // Written by java.util.zip.ZipOutputStream.
    let zip = hex::decode(concat!(
        "504b03041400080808008218225c000000000000000000000000060000007265636f7264cbcf4b0500504b07",
        "08f1866c7a0500000003000000504b010214001400080808008218225cf1866c7a0500000003000000060000",
        "0000000000000000000000000000007265636f7264504b0506000000000100010034000000390000000000"
    ));
    for (format, packed) in [
        (CompressionFormat::Snappy, snappy),
        (CompressionFormat::Gzip, gzip("one")),
        (CompressionFormat::Zip, zip.unwrap()),
    ] {
        let world = World::new().await;
        let p = world.process().await;
        let stream = p.packed_stream("orders", 1, format).await;
        p.task(&stream, "task").await;
        world.put_bytes(&stream, 0, &[&packed, &packed]).await;
        world.advance(30);
        p.caught_up(&world, &stream, "task").await;
        assert_eq!(world.delivered(0).await, "one\none\n", "{format:?}");
        assert_eq!((world.errors(0).await, world.objects().await.len()), (String::new(), 1));
    }
}

#[tokio::test]
async fn a_packed_record_goes_to_the_directory_of_the_time_in_it() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.packed_stream("orders", 1, CompressionFormat::Gzip).await;
    let more = json!({
        "file_prefix": "in", "partition_format": "yyyy", "record_delimiter": ";",
        "processing_schema": {"timestamp_name": "at", "timestamp_type": "Timestamp"},
    });
    p.dumps.create(&stream, new_task("task", more)).await.unwrap();
    let record = r#"{"at":1000000000000}"#;
    world.put_bytes(&stream, 0, &[&gzip(record), b"no gzip", &gzip("timeless")]).await;
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    let objects = world.objects().await;
    let bodies: Vec<_> =
        objects.iter().map(|(k, body)| (k.split("orders").next().unwrap(), &**body)).collect();
    let timed = format!("{record};");
    assert_eq!(
        bodies,
        [("in/2001/", &*timed), ("in/2026/", "timeless;"), ("in/obs_error/2026/", "no gzip;")]
    );
}

#[tokio::test]
async fn what_cannot_be_unpacked_is_delivered_as_it_came_counted_and_told_once() {
    let world = World::new().await;
    let (p, stream, id) = gzip_task(&world).await;
    let mut cut = gzip("cut");
    cut.truncate(12);
    for cycle in 0..2 {
        world.put_bytes(&stream, 0, &[&gzip("a"), b"plain", &gzip("b"), b"too"]).await;
        world.advance(30);
        p.caught_up(&world, &stream, "task").await;
        assert_eq!(world.delivered(0).await, "a\nb\n".repeat(cycle + 1));
        assert_eq!(world.errors(0).await, "plain\ntoo\n".repeat(cycle + 1));
    }
    let keys: Vec<_> = world.objects().await.into_iter().map(|(key, _)| key).collect();
    let key =
        |place: &str, first, last| format!("{place}orders-{id}-shardId-0000000000-{first:020}-{last:020}");
    let wanted = [("obs_error/", 1, 3), ("obs_error/", 5, 7), ("", 0, 2), ("", 4, 6)];
    assert_eq!(keys, wanted.map(|(place, first, last)| key(place, first, last)));

    let detail = p.detail(&stream, "task").await;
    let part = &detail.partitions[0];
    assert_eq!((detail.summary.state, part.discard, part.objects), (TaskState::Running, 4, 4));
    assert_eq!((part.next, part.last_sequence), (8, 7));
    let told = p.raised();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].kind, &told[0].project), (EventKind::DumpTaskAbnormal, &project()));
    let why = "partition 0: records could not be encoded and are below obs_error/ as they came, 2 so far; record 1: it is no gzip file";
    assert!(told[0].detail.starts_with(why), "{}", told[0].detail);

    let report = verified(&world).await;
    assert!(report.ok, "{report:?}");
    let proven = &report.tasks[0].partitions[0];
    assert_eq!((proven.records, proven.errors, proven.objects, proven.entries), (8, 4, 4, 2));
}

#[tokio::test]
async fn a_flush_of_nothing_but_broken_records_moves_the_position() {
    let world = World::new().await;
    let (p, stream, id) = gzip_task(&world).await;
    world.put(&stream, 0, &["broken"]).await;
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    assert_eq!((world.delivered(0).await, world.errors(0).await), (String::new(), "broken\n".into()));
    let key = world.objects().await[0].0.clone();
    assert!(verified(&world).await.ok);
    world.store.inner.delete(&object_store::path::Path::from(&*key)).await.unwrap();
    assert!(!verified(&world).await.ok, "an error object is proven like any other");
    // Started again, it tells again.
    assert_eq!(p.raised().len(), 1);
    p.dumps.act(&stream, Action::Stop, std::slice::from_ref(&id)).await.unwrap();
    p.dumps.act(&stream, Action::Start, &[id]).await.unwrap();
    world.put(&stream, 0, &["broken", "too"]).await;
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    until(async || p.raised().len() == 1).await;
}

#[tokio::test]
async fn a_full_file_is_closed_by_what_was_unpacked() {
    let mut world = World::new().await;
    world.config.file_bytes_max = 1000;
    let (p, stream, _) = gzip_task(&world).await;
    let large = "x".repeat(999);
    world.put_bytes(&stream, 0, &[&*gzip(&large); 3]).await;
    world.advance(1);
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    let sizes: Vec<_> = world.objects().await.iter().map(|(_, body)| body.len()).collect();
    assert_eq!(sizes, [1000; 3]);
}

#[tokio::test]
async fn a_delete_names_error_objects_that_were_published_already() {
    let mut world = World::new().await;
    // Longer than the clock is driven: the ledger's end gets into the bucket.
    world.config.drain = Duration::from_secs(100_000);
    let (p, stream, id) = gzip_task(&world).await;
    world.put_bytes(&stream, 0, &[&gzip("a"), b"broken"]).await;
    // The error object is there, its neighbour is not.
    p.gate.break_calls("complete orders");
    world.advance(30);
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    assert_eq!(world.errors(0).await, "broken\n");
    p.gate.mend();
    let deletion = tokio::spawn({
        let (dumps, stream) = (p.dumps.clone(), stream.clone());
        async move { dumps.delete(&stream, "task", "someone").await }
    });
    drive(&world, async || deletion.is_finished()).await;
    deletion.await.unwrap().unwrap();
    settle_down().await;
    assert_eq!((world.delivered(0).await, world.errors(0).await), (String::new(), "broken\n".into()));
    let report = verified(&world).await;
    assert!(report.ok, "{report:?}");
    let task = &report.tasks[0];
    assert_eq!((task.task_id.as_str(), task.ended, task.partitions[0].errors), (id.as_str(), true, 1));
    drive(&world, async || world.store.unfinished().is_empty()).await;
}
