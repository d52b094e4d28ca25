//! Deleting: after the answer nothing of the task appears, whatever was under way.

use crate::support::{
    Gate, Mode, Process, World, drive, drive_slowly, new_task, project, settle_down, until, verified,
};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tidemill_dump::{DeleteError, FindError, TaskState};
use tidemill_stream::Stream;
use tokio::task::JoinHandle;

/// A stream with a delivered file ("a"), a record that is not delivered ("b"), and a neighbour task.
async fn two_tasks() -> (World, Process, Arc<Stream>) {
    two_tasks_in(World::new().await).await
}

/// Longer than any test drives the clock.
const PATIENT: Duration = Duration::from_secs(100_000);

/// The same, where the clock may run much faster than the disk.
async fn two_patient_tasks() -> (World, Process, Arc<Stream>) {
    let mut world = World::new().await;
    (world.config.drain, world.config.learn) = (PATIENT, PATIENT);
    two_tasks_in(world).await
}

/// The same, where only what is left to the sweep has a limit.
async fn two_draining_tasks() -> (World, Process, Arc<Stream>) {
    let mut world = World::new().await;
    world.config.learn = PATIENT;
    two_tasks_in(world).await
}

async fn two_tasks_in(world: World) -> (World, Process, Arc<Stream>) {
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    let other = json!({"file_prefix": "other", "deliver_time_interval": 900});
    p.dumps.create(&stream, new_task("neighbour", other)).await.unwrap();
    world.put(&stream, 0, &["a"]).await;
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    world.put(&stream, 0, &["b"]).await;
    (world, p, stream)
}

fn delete(p: &Process, stream: &Arc<Stream>) -> JoinHandle<Result<(), DeleteError>> {
    let (dumps, stream) = (p.dumps.clone(), stream.clone());
    tokio::spawn(async move { dumps.delete(&stream, "task", "someone").await })
}

/// Bodies of the task's own objects.
async fn own(world: &World) -> String {
    let objects = world.objects().await;
    objects.into_iter().filter(|(key, _)| !key.starts_with("other/")).map(|(_, body)| body).collect()
}

async fn is_gone(p: &Process, stream: &Stream) -> bool {
    matches!(p.dumps.detail(stream, "task").await, Err(FindError::Unknown))
}

/// The neighbour goes on as if nothing had happened.
async fn neighbour_is_well(world: &World, p: &Process, stream: &Stream) {
    world.advance(900);
    drive(world, async || p.is_caught_up(world, stream, "neighbour").await).await;
    let objects = world.objects().await;
    let bodies: String =
        objects.into_iter().filter(|(key, _)| key.starts_with("other/")).map(|(_, body)| body).collect();
    assert_eq!(bodies, "a\nb\n");
}

#[tokio::test]
async fn a_deleted_task_is_gone_keeps_its_objects_and_leaves_a_receipt() {
    let (world, p, stream) = two_patient_tasks().await;
    p.dumps.delete(&stream, "task", "someone").await.unwrap();
    assert!(is_gone(&p, &stream).await);
    assert_eq!(p.dumps.list(&stream, None, 10).await.unwrap().total, 1);
    assert!(matches!(p.dumps.delete(&stream, "task", "x").await, Err(DeleteError::Unknown)));
    let receipts = p.dumps.receipts(&project(), Some("orders"), 0, 10).await.unwrap();
    let receipt = &receipts[0].receipt;
    assert_eq!((receipt.who.as_str(), receipt.objects_kept, receipt.bytes_kept), ("someone", 1, 2));
    let partition = &receipt.partitions[0];
    assert_eq!((partition.last_delivered, partition.undelivered_from, partition.undelivered_to), (0, 1, 2));
    assert_eq!(receipt.ledger_entries_missing, 0);
    let report = verified(&world).await;
    assert!(
        report.ok && report.tasks.iter().any(|t| t.ended && t.task.as_deref() == Some("task")),
        "{report:?}"
    );
    neighbour_is_well(&world, &p, &stream).await;
    assert_eq!(own(&world).await, "a\n");
}

#[tokio::test]
async fn receipts_are_chained() {
    let (_world, p, stream) = two_tasks().await;
    p.dumps.delete(&stream, "task", "one").await.unwrap();
    p.dumps.delete(&stream, "neighbour", "two").await.unwrap();
    let receipts = p.dumps.receipts(&project(), None, 0, 10).await.unwrap();
    assert_eq!(receipts.iter().map(|r| r.receipt.n).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(receipts[1].receipt.previous, receipts[0].hash);
    assert_eq!(p.dumps.receipts(&project(), Some("other"), 0, 10).await.unwrap(), vec![]);
}

#[tokio::test]
async fn the_same_name_starts_fresh() {
    let (world, p, stream) = two_patient_tasks().await;
    let old = p.detail(&stream, "task").await.summary.task_id;
    p.dumps.delete(&stream, "task", "someone").await.unwrap();
    let new = p.task(&stream, "task").await;
    assert_ne!(old, new);
    let detail = p.detail(&stream, "task").await;
    assert_eq!((detail.partitions[0].next, detail.partitions[0].last_sequence), (0, -1));
    assert_eq!(detail.summary.last_transfer_ms, 0);
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!(own(&world).await.len(), "a\na\nb\n".len());
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn a_flush_in_flight_is_aborted_and_cannot_come_back() {
    for held in ["create orders", "part orders", "complete orders"] {
        let (world, p, stream) = two_draining_tasks().await;
        p.gate.hold_calls(held);
        world.advance(30);
        until(async || !p.gate.waiting().is_empty()).await;
        let deleting = delete(&p, &stream);
        drive(&world, async || deleting.is_finished()).await;
        deleting.await.unwrap().unwrap();
        let before = world.all_objects().await;
        p.gate.release();
        settle_down().await;
        assert_eq!(world.all_objects().await, before, "{held}");
        assert_eq!(own(&world).await, "a\n", "{held}");
        neighbour_is_well(&world, &p, &stream).await;
        drive(&world, async || world.store.unfinished().is_empty()).await;
        assert!(verified(&world).await.ok, "{held}");
    }
}

#[tokio::test]
async fn a_dead_destination_does_not_hold_a_delete_up() {
    let (world, p, stream) = two_draining_tasks().await;
    p.gate.hold_calls(" ");
    world.advance(30);
    until(async || !p.gate.waiting().is_empty()).await;
    let deleting = delete(&p, &stream);
    settle_down().await;
    assert!(!deleting.is_finished());
    drive(&world, async || deleting.is_finished()).await;
    deleting.await.unwrap().unwrap();
    assert!(is_gone(&p, &stream).await);
    let receipts = p.dumps.receipts(&project(), None, 0, 10).await.unwrap();
    assert!(receipts[0].receipt.ledger_entries_missing > 0);
    p.gate.release();
    neighbour_is_well(&world, &p, &stream).await;
    drive(&world, async || world.store.unfinished().is_empty()).await;
    assert_eq!(own(&world).await, "a\n");
}

/// The destination publishes, the answer is lost, and then it is silent: nobody can know.
async fn with_an_unknown_outcome() -> (World, Process, Arc<Stream>) {
    let mut world = World::new().await;
    // Only the time a caller waits is as in service.
    world.config.drain = PATIENT;
    let (world, p, stream) = two_tasks_in(world).await;
    p.gate.plan_named("complete orders", Mode::FailLate);
    p.gate.break_after_plan(" ");
    world.advance(30);
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    (world, p, stream)
}

#[tokio::test]
async fn an_unknown_outcome_is_never_answered_with_success() {
    let (world, p, stream) = with_an_unknown_outcome().await;
    let (asked_ms, waits_ms) = (world.clock.now_ms(), world.config.learn.as_millis() as i64);
    let deleting = delete(&p, &stream);
    drive(&world, async || deleting.is_finished()).await;
    assert!(world.clock.now_ms() - asked_ms >= waits_ms);
    let answer = deleting.await.unwrap();
    assert!(matches!(answer, Err(DeleteError::Continues)), "{answer:?}");
    assert_eq!(p.detail(&stream, "task").await.summary.state, TaskState::Delete);
    p.gate.mend();
    // The end of the ledger is only copied while there is time.
    drive_slowly(&world, async || is_gone(&p, &stream).await).await;
    assert_eq!(own(&world).await, "a\nb\n");
    let receipts = p.dumps.receipts(&project(), None, 0, 10).await.unwrap();
    assert_eq!(receipts[0].receipt.partitions[0].last_delivered, 1);
    let report = verified(&world).await;
    assert!(report.ok, "{report:?}");
}

#[tokio::test]
async fn a_deletion_that_continues_survives_a_restart() {
    let (mut world, first, stream) = with_an_unknown_outcome().await;
    let deleting = delete(&first, &stream);
    drive(&world, async || deleting.is_finished()).await;
    assert!(deleting.await.unwrap().is_err());
    first.gate.stop();
    world.config.learn = PATIENT;
    let second = world.process().await;
    let stream = second.find("orders");
    drive(&world, async || is_gone(&second, &stream).await).await;
    assert_eq!(own(&world).await, "a\nb\n");
    neighbour_is_well(&world, &second, &stream).await;
    first.gate.resume();
    settle_down().await;
    let report = verified(&world).await;
    assert!(report.ok, "{report:?}");
}

/// A delete with a flush in flight, whose process stops at call `number`. False if it had fewer calls.
async fn strike(number: usize, mode: Mode) -> bool {
    let (world, first, stream) = two_patient_tasks().await;
    first.gate.hold_calls("complete orders");
    world.advance(30);
    until(async || !first.gate.waiting().is_empty()).await;
    first.gate.plan(number, mode);
    let deleting = delete(&first, &stream);
    settle_down().await;
    first.gate.release();
    drive(&world, async || first.gate.is_stopped() || deleting.is_finished()).await;
    let context = format!("{mode:?} at call {number}: {:?}", first.gate.names());
    let reached = first.gate.names().len() > number;
    first.gate.stop();
    let second = world.process_with(Arc::new(Gate::default())).await;
    let stream = second.find("orders");
    if deleting.is_finished() {
        assert!(is_gone(&second, &stream).await, "{context}");
    }
    // If the process stopped before step (a), the task is still there: the caller got no answer and asks again.
    if !is_gone(&second, &stream).await {
        let again = delete(&second, &stream);
        drive(&world, async || again.is_finished()).await;
        assert!(matches!(again.await.unwrap(), Ok(()) | Err(DeleteError::Unknown)), "{context}");
    }
    let before = own(&world).await;
    assert!(["a\n", "a\nb\n"].contains(&before.as_str()), "{context}: {before}");
    first.gate.resume();
    settle_down().await;
    world.advance(60);
    settle_down().await;
    assert_eq!(own(&world).await, before, "{context}");
    neighbour_is_well(&world, &second, &stream).await;
    drive(&world, async || world.store.unfinished().is_empty()).await;
    let report = verified(&world).await;
    assert!(report.ok, "{context}: {report:?}");
    let receipts = second.dumps.receipts(&project(), None, 0, 10).await.unwrap();
    assert_eq!(receipts.len(), 1, "{context}");
    assert_eq!(receipts[0].receipt.bytes_kept as usize, before.len(), "{context}");
    reached
}

async fn strike_everywhere(mode: Mode) {
    let mut number = 0;
    while strike(number, mode).await {
        number += 1;
    }
    assert!(number > 15, "a delete has more calls than {number}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_may_stop_before_any_call_of_a_delete() {
    strike_everywhere(Mode::StopBefore).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_may_stop_after_any_call_of_a_delete() {
    strike_everywhere(Mode::StopAfter).await;
}

#[tokio::test]
async fn a_stale_worker_that_wakes_up_after_the_delete_adds_nothing() {
    let (world, first, _) = two_patient_tasks().await;
    first.gate.plan_named("complete orders", Mode::StopBefore);
    world.advance(30);
    until(async || first.gate.is_stopped()).await;
    let second = world.process().await;
    let stream = second.find("orders");
    let deleting = delete(&second, &stream);
    drive(&world, async || deleting.is_finished()).await;
    deleting.await.unwrap().unwrap();
    let before = own(&world).await;
    first.gate.resume();
    for _ in 0..5 {
        settle_down().await;
        world.advance(10);
    }
    assert_eq!(own(&world).await, before);
    neighbour_is_well(&world, &second, &stream).await;
    drive(&world, async || world.store.unfinished().is_empty()).await;
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn deleting_a_stream_ends_its_tasks_first_and_touches_no_other() {
    let (world, p, stream) = two_patient_tasks().await;
    let other = p.stream("other", 1).await;
    p.task(&other, "task").await;
    world.put(&other, 0, &["x"]).await;
    p.streams.delete_stream(&stream.id).await.unwrap();
    let receipts = p.dumps.receipts(&project(), None, 0, 10).await.unwrap();
    assert_eq!(receipts.len(), 2);
    assert!(receipts.iter().all(|r| r.receipt.stream_name == "orders"));
    drive(&world, async || p.is_caught_up(&world, &other, "task").await).await;
    let again = p.stream("orders", 1).await;
    assert_eq!(p.dumps.list(&again, None, 10).await.unwrap().total, 0);
    assert!(verified(&world).await.ok);
}
