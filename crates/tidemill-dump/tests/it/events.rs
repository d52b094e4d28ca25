//! Events: told once when a task cannot deliver, and once when it does again.

use crate::support::{World, drive, new_task, project, until};
use serde_json::json;
use tidemill_dump::{Action, TaskState};
use tidemill_model::EventKind;

#[tokio::test]
async fn trouble_and_its_end_are_told_once_each() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    world.put(&stream, 0, &["a"]).await;
    p.gate.break_calls("create orders");
    drive(&world, async || {
        p.detail(&stream, "task").await.trouble.is_some_and(|trouble| trouble.attempts >= 3)
    })
    .await;
    let told = p.raised();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].kind, &told[0].project), (EventKind::DumpTaskAbnormal, &project()));
    assert_eq!(told[0].stream, Some((stream.id.clone(), "orders".to_owned())));
    assert_eq!(told[0].task.as_deref(), Some("task"));
    assert!(told[0].detail.contains("failed on purpose"), "{}", told[0].detail);
    p.gate.mend();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Running).await;
    let kinds: Vec<_> = p.raised().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::DumpTaskRestored]);
}

#[tokio::test]
async fn an_error_and_the_start_that_mends_it_are_told() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let id = p.dumps.create(&stream, new_task("task", json!({}))).await.unwrap();
    p.dumps.act(&stream, Action::Stop, std::slice::from_ref(&id)).await.unwrap();
    world.fail_task(&id, "a person is needed").await;
    p.dumps.act(&stream, Action::Start, &[id]).await.unwrap();
    let mut kinds = vec![];
    until(async || {
        kinds.extend(p.raised().into_iter().map(|event| event.kind));
        !kinds.is_empty()
    })
    .await;
    assert_eq!(kinds, [EventKind::DumpTaskRestored]);
}
