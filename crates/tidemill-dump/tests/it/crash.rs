//! The process stops, or a call fails, at every single call of a delivery; the bucket stays exact.

use crate::support::{Gate, Mode, Process, World, drive, gzip, new_task, rows, settle_down, verified};
use serde_json::json;
use std::sync::Arc;
use tidemill_dump::NewTask;
use tidemill_stream::{CompressionFormat, Stream};

const WANTED: &str = "a\nb\nc\nd\n";

/// What is delivered.
#[derive(Clone, Copy, Debug)]
enum Load {
    /// Payloads as they are.
    Plain,
    /// Packed payloads, and in the second delivery one that is broken.
    Packed,
    /// Rows of Parquet files, and in the second delivery a record that is none.
    Columns,
}

const SCHEMA: &str = r#"{"type":"record","name":"row","fields":[{"name":"t","type":"string"}]}"#;

impl Load {
    async fn stream(self, p: &Process) -> Arc<Stream> {
        match self {
            Self::Plain => p.stream("orders", 1).await,
            Self::Packed => p.packed_stream("orders", 1, CompressionFormat::Gzip).await,
            Self::Columns => p.json_stream("orders", Some(SCHEMA)).await,
        }
    }

    fn task(self) -> NewTask {
        let format = if let Self::Columns = self { "parquet" } else { "text" };
        new_task("task", json!({"destination_file_type": format}))
    }

    async fn put(self, world: &World, stream: &Stream, [one, other]: [&str; 2]) {
        match self {
            Self::Plain => world.put(stream, 0, &[one, other]).await,
            Self::Packed => world.put_bytes(stream, 0, &[&gzip(one), &gzip(other)]).await,
            Self::Columns => {
                let records = [one, other].map(|text| json!({ "t": text }).to_string());
                world.put(stream, 0, &records.each_ref().map(String::as_str)).await;
            }
        }
    }

    /// Objects, records and how many of them are broken, in the end.
    fn counts(self) -> (usize, u64, u64) {
        match self {
            Self::Plain => (2, 4, 0),
            Self::Packed | Self::Columns => (3, 5, 1),
        }
    }

    async fn delivered(self, world: &World) -> String {
        let Self::Columns = self else { return world.delivered(0).await };
        rows(world, 0).await.iter().map(|row| format!("{}\n", row["t"].as_str().unwrap())).collect()
    }
}

/// One delivery after an earlier one. At its call `number`, `mode` strikes. False if it had fewer calls.
async fn strike(number: usize, mode: Mode, load: Load) -> bool {
    let world = World::new().await;
    let first = world.process().await;
    let stream = load.stream(&first).await;
    let id = first.dumps.create(&stream, load.task()).await.unwrap();
    load.put(&world, &stream, ["a", "b"]).await;
    world.advance(30);
    first.caught_up(&world, &stream, "task").await;
    let (objects, records, errors) = load.counts();
    if errors > 0 {
        world.put(&stream, 0, &["broken"]).await;
    }
    load.put(&world, &stream, ["c", "d"]).await;
    first.gate.plan(number, mode);
    drive(&world, async || first.gate.is_stopped() || first.is_caught_up(&world, &stream, "task").await)
        .await;
    let reached = first.gate.names().len() > number;
    let context = format!("{load:?}, {mode:?} at call {number}: {:?}", first.gate.names());
    if first.gate.is_stopped() {
        take_over(&world, &first, load, &context).await;
    }
    assert_eq!(load.delivered(&world).await, WANTED, "{context}");
    let replaced = world.all_objects().await.iter().any(|(_, body)| body.contains(r#""kind":"replace""#));
    assert!(!replaced, "the same records became other bytes: {context}");
    assert_eq!(world.errors(0).await, "broken\n".repeat(errors as usize), "{context}");
    assert_eq!(world.objects().await.len(), objects, "{context}");
    // Who was told that a last write failed, though it took effect, writes the ledger's head once more.
    drive(&world, async || world.store.unfinished().is_empty()).await;
    let report = verified(&world).await;
    assert!(report.ok, "{context}: {report:?}");
    let part = &report.tasks[0].partitions[0];
    assert_eq!((part.records, part.errors), (records, errors), "{context}");
    assert_eq!(report.tasks[0].task_id, id);
    reached
}

/// A second process takes the task over; then the first one, which was only paused, goes on.
async fn take_over(world: &World, first: &Process, load: Load, context: &str) {
    let second = world.process_with(Arc::new(Gate::default())).await;
    let stream = second.find("orders");
    drive(world, async || second.is_caught_up(world, &stream, "task").await).await;
    assert_eq!(load.delivered(world).await, WANTED, "{context}");
    let before = world.all_objects().await;
    first.gate.resume();
    for _ in 0..4 {
        settle_down().await;
        world.advance(10);
    }
    settle_down().await;
    assert_eq!(world.all_objects().await, before, "the paused worker changed the bucket: {context}");
    // The new owner is not disturbed either.
    drive(world, async || second.is_caught_up(world, &stream, "task").await).await;
}

async fn strike_everywhere(mode: Mode) {
    for load in [Load::Plain, Load::Packed, Load::Columns] {
        let mut number = 0;
        while strike(number, mode, load).await {
            number += 1;
        }
        assert!(number > 20, "a delivery has more calls than {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_before_any_call_and_comes_back_late_changes_nothing() {
    strike_everywhere(Mode::StopBefore).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_after_any_call_and_comes_back_late_changes_nothing() {
    strike_everywhere(Mode::StopAfter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_call_may_fail() {
    strike_everywhere(Mode::Fail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_call_may_succeed_late() {
    strike_everywhere(Mode::FailLate).await;
}
