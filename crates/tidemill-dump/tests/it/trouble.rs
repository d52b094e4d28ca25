//! Destinations that fail or do not answer.

use crate::support::{World, drive, settle_down, until, verified};
use tidemill_dump::{Action, TaskState};

#[tokio::test]
async fn a_failing_destination_shows_with_cause_and_next_try_and_heals_by_itself() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 2).await;
    p.task(&stream, "task").await;
    p.gate.break_calls("part");
    world.put(&stream, 0, &["a"]).await;
    world.put(&stream, 1, &["b"]).await;
    world.advance(30);
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    let trouble = p.detail(&stream, "task").await.trouble.unwrap();
    assert!(trouble.cause.contains("upload part") && trouble.cause.contains("on purpose"), "{trouble:?}");
    assert!(trouble.next_retry_ms > world.clock.now_ms(), "{trouble:?}");
    // A day without it: nothing is lost, nothing piles up.
    for _ in 0..24 * 60 {
        world.advance(60);
        tokio::task::yield_now().await;
    }
    settle_down().await;
    assert!(world.store.unfinished().len() <= 1, "{:?}", world.store.unfinished());
    assert_eq!(world.objects().await, vec![]);
    p.gate.mend();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!((world.delivered(0).await, world.delivered(1).await), ("a\n".into(), "b\n".into()));
    drive(&world, async || p.detail(&stream, "task").await.summary.state == TaskState::Running).await;
    assert!(p.detail(&stream, "task").await.trouble.is_none());
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn a_missing_bucket_shows_within_one_interval_even_without_data() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    p.gate.break_calls("open");
    world.advance(30);
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    p.gate.mend();
    drive(&world, async || p.detail(&stream, "task").await.summary.state == TaskState::Running).await;
}

#[tokio::test]
async fn a_destination_that_does_not_answer_is_given_up_and_tried_again() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    world.put(&stream, 0, &["a"]).await;
    p.gate.hold_calls("complete orders");
    world.advance(30);
    until(async || !p.gate.waiting().is_empty()).await;
    world.advance(59);
    settle_down().await;
    assert_eq!(p.detail(&stream, "task").await.summary.state, TaskState::Running);
    world.advance(1);
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    assert!(p.detail(&stream, "task").await.trouble.unwrap().cause.contains("no answer in time"));
    world.advance(8);
    settle_down().await;
    // The first complete was aborted meanwhile: it comes too late to publish anything.
    p.gate.release();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!(world.delivered(0).await, "a\n");
    assert_eq!(world.objects().await.len(), 1);
    drive(&world, async || world.store.unfinished().is_empty()).await;
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn stopping_in_the_middle_of_a_complete_publishes_once() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    world.put(&stream, 0, &["a"]).await;
    p.gate.hold_calls("complete orders");
    world.advance(30);
    until(async || !p.gate.waiting().is_empty()).await;
    let stop = tokio::spawn({
        let (dumps, stream) = (p.dumps.clone(), stream.clone());
        async move { dumps.act(&stream, Action::Stop, &["task".into()]).await }
    });
    drive(&world, async || stop.is_finished()).await;
    stop.await.unwrap().unwrap();
    p.gate.release();
    p.dumps.act(&stream, Action::Start, &["task".into()]).await.unwrap();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!((world.delivered(0).await.as_str(), world.objects().await.len()), ("a\n", 1));
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn a_log_that_lost_its_tail_stops_the_task_and_says_why() {
    let mut world = World::new().await;
    let first = world.process().await;
    let stream = first.stream("orders", 1).await;
    first.task(&stream, "task").await;
    world.put(&stream, 0, &["a", "b"]).await;
    world.advance(30);
    first.caught_up(&world, &stream, "task").await;
    first.dumps.shutdown().await;
    // As after restoring an older copy: the same stream, fewer records.
    let older = tidemill_log::memory::MemoryLog::new(world.clock.clone());
    tidemill_log::LogStore::create_stream(&older, stream.incarnation, 1).await.unwrap();
    world.log = std::sync::Arc::new(older);
    let second = world.process().await;
    let stream = second.find("orders");
    drive(&world, async || second.detail(&stream, "task").await.summary.state == TaskState::Error).await;
    let error = second.detail(&stream, "task").await.error.unwrap();
    assert!(error.contains("the log lost records"), "{error}");
    world.put(&stream, 0, &["x"]).await;
    world.advance(60);
    settle_down().await;
    assert_eq!(world.delivered(0).await, "a\nb\n");
}
