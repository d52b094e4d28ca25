//! What time does to records and partitions.

use super::*;
use tidemill_log::{ReadLimit, Scope};
use tidemill_model::PartitionId;
use tidemill_stream::PartitionState;
use tokio_util::sync::CancellationToken;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn records_end_with_their_retention_and_numbers_go_on() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    world.put("s", &["YQ=="]).await;
    world.clock.advance(HOUR);
    world.put("s", &["Yg=="]).await;
    world.clock.advance(23 * HOUR);
    world.streams.expire().await;
    let bounds = world.streams.bounds(&stream, PartitionId(0)).unwrap();
    assert_eq!((bounds.earliest, bounds.next), (0, 2), "kept for all of 24 hours");
    world.clock.advance(HOUR / 2);
    world.streams.expire().await;
    let bounds = world.streams.bounds(&stream, PartitionId(0)).unwrap();
    assert_eq!((bounds.earliest, bounds.next), (1, 2));
    world.clock.advance(HOUR);
    world.streams.expire().await;
    let numbers = world.put("s", &["Yw=="]).await;
    assert_eq!(numbers, [RecordOutcome::Stored { partition: PartitionId(0), sequence: 2 }]);
}

#[tokio::test]
async fn a_partition_expires_when_its_last_record_may_have_and_comes_back_with_its_numbers() {
    let world = World::new().await;
    let id = world.create("s", 2).await.id.clone();
    let to_second = || vec![PutRecord { partition_id: Some("1".into()), ..record("YQ==") }];
    let stream = world.streams.by_id(&id).unwrap();
    world.streams.append_records(&stream, to_second()).await.unwrap();
    let ranges = stream.partitions[1].clone();
    world.streams.scale_stream(&id, 1).await.unwrap();
    world.clock.advance(24 * HOUR - Duration::from_millis(1));
    world.streams.expire().await;
    let deleted = world.streams.by_id(&id).unwrap().partitions[1].clone();
    assert_eq!((deleted.state, deleted.hash_low), (PartitionState::Deleted, ranges.hash_low));
    world.clock.advance(Duration::from_millis(1));
    world.streams.expire().await;
    let world = world.restart().await;
    assert_eq!(world.streams.by_id(&id).unwrap().partitions[1].state, PartitionState::Expired);
    let back = world.streams.scale_stream(&id, 2).await.unwrap();
    assert_eq!((back.partitions[1].state, back.partitions[1].deleted_ms), (PartitionState::Active, None));
    let put = world.streams.append_records(&back, to_second()).await.unwrap();
    assert_eq!(put, [RecordOutcome::Stored { partition: PartitionId(1), sequence: 1 }]);
}

#[tokio::test]
async fn the_background_work_follows_the_clock_and_stops() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    world.put("s", &["YQ=="]).await;
    world.log.hold(stream.partition_ref(PartitionId(0)), "task", Some(0));
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (streams, stop) = (world.streams.clone(), stop.clone());
        async move { streams.run(stop).await }
    });
    tokio::task::yield_now().await;
    world.clock.advance(25 * HOUR);
    let earliest = || world.streams.bounds(&stream, PartitionId(0)).unwrap().earliest;
    wait_for(|| (earliest() > 0).then_some(())).await;
    let limit = ReadLimit { bytes: 10, records: 10, at_least_one: true };
    let held = world.log.read(stream.partition_ref(PartitionId(0)), 0, limit, Scope::Held).await.unwrap();
    assert_eq!(held.records().count(), 1, "what a task holds stays");
    stop.cancel();
    running.await.unwrap();
}
