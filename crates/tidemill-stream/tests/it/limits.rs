//! Quotas and rates, also with callers at the same time.

use super::*;
use futures::future::join_all;
use tidemill_stream::{ScaleError, ScaleOutcome};

#[tokio::test]
async fn sixteen_callers_make_one_stream_of_a_name() {
    let world = World::new().await;
    let project = project();
    let made = join_all((0..16).map(|_| world.streams.create_stream(&project, new_stream("s", 1)))).await;
    assert_eq!(made.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(made.iter().all(|result| matches!(result, Ok(_) | Err(CreateError::Exists))));
    assert_eq!(world.log.streams().await.len(), 1);
}

#[tokio::test]
async fn the_quota_counts_active_partitions_of_a_type_in_the_project() {
    let world = World::new().await;
    let project = project();
    let names: Vec<String> = (0..16).map(|i| format!("s{i}")).collect();
    let made = join_all(names.iter().map(|n| world.streams.create_stream(&project, new_stream(n, 4)))).await;
    assert_eq!(made.iter().filter(|result| result.is_ok()).count(), 12, "12 x 4 of 50");
    assert_eq!(world.log.streams().await.len(), 12);
    let stream = made.into_iter().find_map(Result::ok).unwrap();
    let over = world.streams.scale_stream(&stream.id, 7).await;
    assert!(matches!(over, Err(ScaleError::Quota { active: 51, max: 50 })), "{over:?}");
    assert_eq!(world.streams.by_id(&stream.id).unwrap().writable(), 4);
    world.streams.scale_stream(&stream.id, 6).await.unwrap();
    world.streams.scale_stream(&stream.id, 2).await.unwrap();
    world.create("more", 4).await;
    let advanced = NewStream { stream_type: StreamType::Advanced, ..new_stream("fast", 11) };
    let refused = world.streams.create_stream(&project, advanced.clone()).await;
    assert!(matches!(refused, Err(CreateError::Quota { max: 10, .. })));
    let fits = NewStream { partitions: 10, ..advanced };
    world.streams.create_stream(&project, fits).await.unwrap();
    let other = ProjectId::parse(&"f".repeat(32)).unwrap();
    world.streams.create_stream(&other, new_stream("s", 50)).await.unwrap();
}

#[tokio::test]
async fn scaling_has_a_rate_in_each_direction() {
    let world = World::new().await;
    let id = world.create("s", 1).await.id.clone();
    for target in 2..=11 {
        world.streams.scale_stream(&id, target).await.unwrap();
    }
    let invalid = |result: Result<_, ScaleError>| matches!(result, Err(ScaleError::Invalid(_)));
    assert!(invalid(world.streams.scale_stream(&id, 12).await), "10 times up an hour");
    world.streams.scale_stream(&id, 3).await.unwrap();
    assert!(invalid(world.streams.scale_stream(&id, 2).await), "once down an hour");
    world.clock.advance(Duration::from_secs(3600));
    world.streams.scale_stream(&id, 2).await.unwrap();
    assert_eq!(world.streams.scale_stream(&id, 12).await.unwrap().writable(), 12);
}

#[tokio::test]
async fn every_refused_number_of_partitions_is_noted_and_kept() {
    let world = World::new().await;
    let id = world.create("s", 2).await.id.clone();
    let noted = [-1, 0, 2, i64::from(i32::MIN), i64::from(i32::MAX)];
    for target in noted.into_iter().chain([i64::MIN, i64::MAX]) {
        assert!(world.streams.scale_stream(&id, target).await.is_err());
    }
    let targets = |world: &World| -> Vec<i64> {
        world.streams.by_id(&id).unwrap().scale_records.iter().map(|record| record.to).collect()
    };
    assert_eq!(targets(&world), noted);
    assert_eq!(targets(&world.restart().await), noted);
}

#[tokio::test]
async fn callers_that_scale_at_once_take_turns() {
    let world = World::new().await;
    let id = world.create("s", 1).await.id.clone();
    let results = join_all((2..=9).map(|target| world.streams.scale_stream(&id, target))).await;
    let done = results.iter().filter(|r| r.is_ok()).count();
    let stream = world.streams.by_id(&id).unwrap();
    let changes = stream.scale_records.iter().filter(|record| record.outcome == ScaleOutcome::Done);
    let changes: Vec<_> = changes.collect();
    assert_eq!((changes.len(), stream.scale_records.len()), (done, results.len()));
    for pair in changes.windows(2) {
        assert_eq!(pair[0].to, i64::from(pair[1].from));
    }
    assert_eq!(stream.writable() as i64, changes.last().unwrap().to);
}

#[tokio::test]
async fn a_used_up_quota_is_told_once_a_minute() {
    let mut world = World::new().await;
    let id = world.create("s", 49).await.id.clone();
    assert!(world.streams.create_stream(&project(), new_stream("t", 2)).await.is_err());
    assert_eq!(world.raised(), [EventKind::QuotaInsufficient]);
    assert!(world.streams.create_stream(&project(), new_stream("u", 51)).await.is_err());
    assert_eq!(world.raised(), []);
    world.clock.advance(Duration::from_secs(60));
    assert!(world.streams.scale_stream(&id, 51).await.is_err());
    assert_eq!(world.raised(), [EventKind::QuotaInsufficient]);
    world.clock.advance(Duration::from_secs(60));
    world.streams.scale_stream(&id, 50).await.unwrap();
    assert_eq!(world.raised(), []);
}
