//! What passed, minute by minute: counted, stored, kept over restarts and forgotten in time.

use super::*;
use tidemill_log::ReadLimit;
use tidemill_model::PartitionId;
use tidemill_stream::{Count, Counters, CursorType, Position};

const MINUTE_MS: i64 = 60_000;
const START_MINUTE: i64 = START_MS / MINUTE_MS;

async fn minutes(world: &World, partition: Option<u32>) -> Vec<(i64, Counters)> {
    let stream = world.streams.find(&project(), "s").unwrap();
    let now = world.clock.now_ms() / MINUTE_MS;
    let week = now - 7 * 24 * 60..=now;
    let found = world.streams.traffic(&stream, partition.map(PartitionId), week).await.unwrap();
    found.into_iter().map(|(minute, counters)| (minute - START_MINUTE, counters)).collect()
}

async fn sums(world: &World, partition: Option<u32>, counts: &[Count]) -> Vec<(i64, Vec<u64>)> {
    let of = |c: &Counters| counts.iter().map(|count| c.get(*count)).collect();
    minutes(world, partition).await.iter().map(|(minute, c)| (*minute, of(c))).collect()
}

async fn read(world: &World) {
    let stream = world.streams.find(&project(), "s").unwrap();
    let start = Position { kind: CursorType::TrimHorizon, sequence: None, timestamp_ms: None };
    let cursor = world.streams.issue_cursor(&stream, PartitionId(1), start).await.unwrap();
    let limit = ReadLimit { bytes: 5 << 20, records: 10_000, at_least_one: true };
    world.streams.read_records(asker(&project()), &cursor, limit).await.unwrap();
}

/// Puts `abc` and `de` into partition 1.
async fn put_two(world: &World) {
    let stream = world.streams.find(&project(), "s").unwrap();
    let to_one = |text: &'static str| PutRecord { partition_id: Some("1".into()), ..record(text) };
    world.streams.append_records(&stream, vec![to_one("YWJj"), to_one("ZGU=")]).await.unwrap();
}

#[tokio::test]
async fn puts_and_reads_are_counted_in_their_minute() {
    let world = World::new().await;
    world.create("s", 2).await;
    put_two(&world).await;
    put_two(&world).await;
    read(&world).await;
    world.clock.advance(Duration::from_secs(60));
    read(&world).await;
    use Count::*;
    let kinds = [PutBytes, PutRecords, PutRequests, GetBytes, GetRecords, GetRequests];
    let expected = [(0, vec![10, 4, 2, 10, 4, 1]), (1, vec![0, 0, 0, 10, 4, 1])];
    assert_eq!(sums(&world, None, &kinds).await, expected);
    let kinds = [PutBytes, PutRecords, GetBytes, GetRecords];
    let expected = [(0, vec![10, 4, 10, 4]), (1, vec![0, 0, 10, 4])];
    assert_eq!(sums(&world, Some(1), &kinds).await, expected);
    assert_eq!(minutes(&world, Some(0)).await, []);
}

#[tokio::test]
async fn a_put_of_which_nothing_was_stored_is_no_success() {
    let world = World::new().await;
    let stream = world.create("s", 2).await;
    let closed = PutRecord { partition_id: Some("7".into()), ..record("YQ==") };
    world.streams.append_records(&stream, vec![closed]).await.unwrap();
    assert_eq!(minutes(&world, None).await, []);
}

#[tokio::test]
async fn stored_minutes_survive_a_restart_and_go_on() {
    let mut world = World::new().await;
    world.create("s", 2).await;
    for _ in 0..3 {
        put_two(&world).await;
        world.clock.advance(Duration::from_secs(60));
        world.streams.tend_traffic().await;
    }
    let before = minutes(&world, None).await;
    assert_eq!(before.iter().map(|(minute, _)| *minute).collect::<Vec<_>>(), [0, 1, 2]);
    world = world.restart().await;
    assert_eq!(minutes(&world, None).await, before);
    put_two(&world).await;
    assert_eq!(sums(&world, Some(1), &[Count::PutRecords]).await.last(), Some(&(3, vec![2])));
}

#[tokio::test]
async fn a_minute_may_be_stored_in_parts() {
    let world = World::new().await;
    world.create("s", 2).await;
    put_two(&world).await;
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    world.streams.run(stop).await; // stores the running minute too
    put_two(&world).await;
    world.clock.advance(Duration::from_secs(60));
    world.streams.tend_traffic().await;
    assert_eq!(sums(&world, Some(1), &[Count::PutRecords]).await, [(0, vec![4])]);
}

#[tokio::test]
async fn the_upkeep_stores_each_minute_as_it_ends() {
    let world = World::new().await;
    world.create("s", 2).await;
    put_two(&world).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let upkeep = tokio::spawn({
        let (streams, stop) = (world.streams.clone(), stop.clone());
        async move { streams.run(stop).await }
    });
    world.clock.advance(Duration::from_secs(60));
    wait_for_rows(&world, 2).await;
    stop.cancel();
    upkeep.await.unwrap();
}

async fn rows(world: &World) -> i64 {
    let counted: Result<i64, tidemill_meta::MetaError> = world
        .meta
        .read(|tx| {
            Box::pin(async {
                let rows = tx.query("SELECT COUNT(*) FROM traffic_hours", vec![]).await?;
                rows[0].int(0)
            })
        })
        .await;
    counted.unwrap()
}

async fn wait_for_rows(world: &World, count: i64) {
    let started = Instant::now();
    while rows(world).await != count {
        assert!(started.elapsed() < Duration::from_secs(20), "the rows did not come");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn minutes_are_forgotten_after_a_week_and_with_their_stream() {
    let world = World::new().await;
    let id = world.create("s", 2).await.id.clone();
    put_two(&world).await;
    world.clock.advance(Duration::from_secs(60));
    world.streams.tend_traffic().await;
    assert_eq!(rows(&world).await, 2, "one hour of the stream and of its used partition");
    world.clock.advance(Duration::from_secs(7 * 24 * 3600));
    put_two(&world).await;
    world.clock.advance(Duration::from_secs(3 * 3600));
    world.streams.tend_traffic().await;
    assert_eq!(rows(&world).await, 2, "the old hour is gone");
    world.streams.delete_stream(&id).await.unwrap();
    assert_eq!(rows(&world).await, 0);
}
