//! Changing a task while it delivers: nothing of it mixes, nothing is lost or doubled.

use crate::support::{
    BUCKET, Gate, Mode, OTHER_BUCKET, Process, World, drive, new_task, settle_down, until, verified,
    verified_other,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_dump::{Action, Destination, TaskState, TaskUpdate, UnusableBucket, UpdateError};
use tidemill_stream::Stream;

fn update(name: &str, members: Value) -> TaskUpdate {
    let mut descriptor = members;
    descriptor["task_name"] = name.into();
    TaskUpdate::parse(&json!({"obs_destination_descriptor": descriptor})).unwrap()
}

/// Starts an update that may be held up by the gate; true if it was answered with success in time.
async fn try_update(world: &World, process: &Process, stream: &Arc<Stream>, members: Value) -> bool {
    let (dumps, stream) = (process.dumps.clone(), stream.clone());
    let work = tokio::spawn(async move { dumps.update(&stream, update("task", members)).await });
    drive(world, async || work.is_finished() || process.gate.is_stopped()).await;
    work.is_finished() && work.await.unwrap().is_ok()
}

/// One delivery under `old/` with `|`, then new records, a change to `new/` with `;`, and more records. At
/// call `number` after the records of the flush that the change meets, `mode` strikes. Whatever happens, each
/// object is wholly old or wholly new, and together they are the log.
async fn strike(number: usize, mode: Mode, change: Value) -> bool {
    let world = World::new().await;
    let first = world.process().await;
    let stream = first.stream("orders", 1).await;
    let old = json!({"file_prefix": "old", "record_delimiter": "|"});
    first.dumps.create(&stream, new_task("task", old)).await.unwrap();
    world.put(&stream, 0, &["a", "b"]).await;
    world.advance(30);
    first.caught_up(&world, &stream, "task").await;
    world.put(&stream, 0, &["c", "d"]).await;
    // The flush of these records is under way when the change comes.
    first.gate.plan(number, mode);
    world.advance(30);
    until(async || first.gate.is_stopped() || !first.gate.names().is_empty()).await;
    let mut changed = try_update(&world, &first, &stream, change.clone()).await;
    while !changed && !first.gate.is_stopped() {
        changed = try_update(&world, &first, &stream, change.clone()).await;
    }
    world.put(&stream, 0, &["e"]).await;
    drive(&world, async || first.gate.is_stopped() || first.is_caught_up(&world, &stream, "task").await)
        .await;
    let reached = first.gate.names().len() > number;
    let context = format!("{mode:?} at call {number}: {:?}", first.gate.names());
    if first.gate.is_stopped() {
        take_over(&world, &first, change, &context).await;
    }
    assert_whole(&world, &context).await;
    reached
}

/// A second process takes the task over and is asked for the change, in case the first was not; then the
/// first one, which was only paused, goes on.
async fn take_over(world: &World, first: &Process, change: Value, context: &str) {
    let second = world.process_with(Arc::new(Gate::default())).await;
    let stream = second.find("orders");
    assert!(try_update(world, &second, &stream, change).await, "{context}");
    drive(world, async || second.is_caught_up(world, &stream, "task").await).await;
    let before = (world.all_objects().await, world.other_objects().await);
    first.gate.resume();
    for _ in 0..4 {
        settle_down().await;
        world.advance(10);
    }
    settle_down().await;
    let after = (world.all_objects().await, world.other_objects().await);
    assert_eq!(after, before, "the paused worker changed a bucket: {context}");
}

async fn assert_whole(world: &World, context: &str) {
    let mut records = String::new();
    let data = [world.all_objects().await, world.other_objects().await].concat();
    let mut data: Vec<_> = data.into_iter().filter(|(key, _)| !key.starts_with("_tidemill/")).collect();
    data.sort_by_key(|(key, _)| key.rsplit("shardId-").next().unwrap_or_default().to_owned());
    for (key, body) in data {
        let delimiter = if key.starts_with("old/") { '|' } else { ';' };
        assert!(key.starts_with("old/") || key.starts_with("new/"), "{key}: {context}");
        assert_eq!(
            body.matches(['|', ';']).count(),
            body.matches(delimiter).count(),
            "{key} {body}: {context}"
        );
        records += &body.replace(['|', ';'], "\n");
    }
    assert_eq!(records, "a\nb\nc\nd\ne\n", "{context}");
    for report in [verified(world).await, verified_other(world).await] {
        assert!(report.ok, "{context}: {report:?}");
    }
}

async fn strike_everywhere(mode: Mode, change: Value) {
    let mut number = 0;
    while strike(number, mode, change.clone()).await {
        number += 1;
    }
    assert!(number > 20, "a delivery and a change have more calls than {number}");
}

fn same_bucket() -> Value {
    json!({"file_prefix": "new", "record_delimiter": ";"})
}

fn other_bucket() -> Value {
    json!({"file_prefix": "new", "record_delimiter": ";", "obs_bucket_path": OTHER_BUCKET})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_before_any_call_of_a_change_mixes_nothing() {
    strike_everywhere(Mode::StopBefore, same_bucket()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_after_any_call_of_a_change_mixes_nothing() {
    strike_everywhere(Mode::StopAfter, same_bucket()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_call_of_a_change_may_fail() {
    strike_everywhere(Mode::Fail, same_bucket()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_at_any_call_of_a_move_mixes_nothing() {
    strike_everywhere(Mode::StopAfter, other_bucket()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_call_of_a_move_may_fail() {
    strike_everywhere(Mode::Fail, other_bucket()).await;
}

#[tokio::test]
async fn an_announced_delivery_is_finished_under_the_old_key() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.dumps.create(&stream, new_task("task", json!({"file_prefix": "old"}))).await.unwrap();
    world.put(&stream, 0, &["a"]).await;
    p.gate.hold_calls("create old");
    world.advance(30);
    until(async || !p.gate.waiting().is_empty()).await;
    assert!(try_update(&world, &p, &stream, json!({"file_prefix": "new"})).await);
    world.put(&stream, 0, &["b"]).await;
    p.gate.release();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    let delivered = world.objects().await;
    let shown: Vec<_> = delivered.iter().map(|(key, body)| (&key[..4], body.as_str())).collect();
    assert_eq!(shown, [("new/", "b\n"), ("old/", "a\n")]);
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn a_move_to_another_bucket_and_back_leaves_both_proven() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 2).await;
    p.task(&stream, "task").await;
    for (record, bucket) in [("a", BUCKET), ("b", OTHER_BUCKET), ("c", BUCKET), ("d", OTHER_BUCKET)] {
        assert!(try_update(&world, &p, &stream, json!({"obs_bucket_path": bucket})).await);
        world.put(&stream, 0, &[record]).await;
        drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    }
    let bodies = |objects: Vec<(String, String)>| -> Vec<String> {
        objects.into_iter().filter(|(key, _)| !key.starts_with("_tidemill/")).map(|(_, body)| body).collect()
    };
    assert_eq!(bodies(world.all_objects().await), ["a\n", "c\n"]);
    assert_eq!(bodies(world.other_objects().await), ["b\n", "d\n"]);
    let (here, there) = (verified(&world).await, verified_other(&world).await);
    assert!(here.ok && there.ok, "{here:?} {there:?}");
    let counted = |report: &tidemill_dump::verify::Report| report.tasks[0].partitions[0].records;
    assert_eq!((counted(&here), counted(&there)), (2, 2));
    assert!(here.tasks[0].ended && !there.tasks[0].ended);
    p.dumps.delete(&stream, "task", "me").await.unwrap();
    assert!(verified_other(&world).await.ok);
}

#[tokio::test]
async fn a_task_in_error_leaves_it_when_it_is_mended_and_a_paused_one_stays_paused() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    p.dumps.act(&stream, Action::Stop, &["task".into()]).await.unwrap();
    p.dumps.update(&stream, update("task", json!({"deliver_time_interval": "60"}))).await.unwrap();
    let detail = p.detail(&stream, "task").await;
    let Destination::Obs(obs) = detail.destination else { panic!("no bucket") };
    assert_eq!((detail.summary.state, obs.deliver_time_interval), (TaskState::Paused, 60));

    world.put(&stream, 0, &["a"]).await;
    world.fail_task(&detail.summary.task_id, "a person is needed").await;
    assert_eq!(p.detail(&stream, "task").await.summary.state, TaskState::Error);
    p.dumps.update(&stream, update("task", json!({"file_prefix": "mended"}))).await.unwrap();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    let now = p.detail(&stream, "task").await;
    assert_eq!((now.summary.state, now.error), (TaskState::Running, None));
    assert!(world.objects().await[0].0.starts_with("mended/"));
}

#[tokio::test]
async fn wrong_changes_are_refused_and_change_nothing() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    let before = p.detail(&stream, "task").await;
    let unknown = p.dumps.update(&stream, update("nobody", json!({}))).await;
    assert!(matches!(unknown, Err(UpdateError::Unknown)), "{unknown:?}");
    let missing = p.dumps.update(&stream, update("task", json!({"obs_bucket_path": "elsewhere"}))).await;
    assert!(matches!(missing, Err(UpdateError::Bucket(UnusableBucket::Missing(_)))), "{missing:?}");
    let kind = json!({"destination_type": "DLI", "dli_destination_descriptor": {"task_name": "task"}});
    for wrong in [
        update("task", json!({"deliver_time_interval": 29})),
        update("task", json!({"agency_name": ""})),
        update("task", json!({"destination_file_type": "parquet"})),
        TaskUpdate::parse(&kind).unwrap(),
    ] {
        let refused = p.dumps.update(&stream, wrong).await;
        assert!(matches!(refused, Err(UpdateError::Invalid(_))), "{refused:?}");
    }
    assert_eq!(p.detail(&stream, "task").await, before);
}
