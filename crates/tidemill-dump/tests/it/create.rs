//! Creating, listing and looking at tasks.

use crate::support::{BUCKET, World, new_task, settle_down};
use serde_json::json;
use tidemill_dump::{ActError, Action, CreateError, FindError, TaskState, UnusableBucket};

#[tokio::test]
async fn a_task_is_listed_and_described_as_it_was_created() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 2).await;
    for name in ["b", "a", "c"] {
        p.task(&stream, name).await;
    }
    let page = p.dumps.list(&stream, Some("a"), 1).await.unwrap();
    assert_eq!((page.total, page.tasks.len(), page.tasks[0].name.as_str()), (3, 1, "b"));
    let detail = p.detail(&stream, "b").await;
    assert_eq!((detail.summary.state, detail.partitions.len()), (TaskState::Running, 2));
    assert_eq!(detail.destination.bucket(), Some(BUCKET));
    assert_eq!((detail.partitions[1].last_sequence, detail.summary.last_transfer_ms), (-1, 0));
    assert_eq!(p.detail(&stream, &detail.summary.task_id).await.summary.name, "b");
    assert!(matches!(p.dumps.detail(&stream, "x").await, Err(FindError::Unknown)));
    assert_eq!((world.all_objects().await, world.store.unfinished()), (vec![], vec![]));
}

#[tokio::test]
async fn names_quota_and_bucket_are_checked() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "t0").await;
    let again = p.dumps.create(&stream, new_task("t0", json!({}))).await;
    assert!(matches!(again, Err(CreateError::Exists)), "{again:?}");
    for bucket in ["elsewhere", "NO"] {
        let missing = p.dumps.create(&stream, new_task("t", json!({"obs_bucket_path": bucket}))).await;
        assert!(matches!(missing, Err(CreateError::Bucket(UnusableBucket::Missing(_)))), "{missing:?}");
    }
    for name in ["t1", "t2", "t3", "t4"] {
        p.task(&stream, name).await;
    }
    let sixth = p.dumps.create(&stream, new_task("t5", json!({}))).await;
    assert!(matches!(sixth, Err(CreateError::Quota)), "{sixth:?}");
    assert_eq!(p.dumps.list(&stream, None, 10).await.unwrap().total, 5);
}

#[tokio::test]
async fn a_bucket_that_cannot_be_written_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.gate.break_calls("part _tidemill/check");
    let refused = p.dumps.create(&stream, new_task("t", json!({}))).await;
    assert!(matches!(refused, Err(CreateError::Bucket(UnusableBucket::NotWritable(_)))), "{refused:?}");
    assert_eq!((world.store.unfinished(), p.dumps.list(&stream, None, 10).await.unwrap().total), (vec![], 0));
}

#[tokio::test]
async fn an_action_on_an_unknown_task_changes_nothing() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let id = p.task(&stream, "t").await;
    let done = p.dumps.act(&stream, Action::Stop, &[id, "unknown".into()]).await;
    assert!(matches!(done, Err(ActError::Unknown(name)) if name == "unknown"));
    settle_down().await;
    assert_eq!(p.detail(&stream, "t").await.summary.state, TaskState::Running);
}
