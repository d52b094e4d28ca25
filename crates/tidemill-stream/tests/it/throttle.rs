//! Throughput limits: what passes, what is refused, when it passes again, and who is told.

use super::*;
use tidemill_log::ReadLimit;
use tidemill_model::PartitionId;
use tidemill_stream::{CursorType, GetError, Position, RecordError};

const KIB_IN_BASE64: usize = 1368;

fn many(count: usize, partition: &'static str) -> Vec<PutRecord<'static>> {
    let one = PutRecord { partition_id: Some(partition.into()), ..record("YQ==") };
    vec![one; count]
}

/// A record of `kib` KiB.
fn large(kib: usize) -> PutRecord<'static> {
    let text = base64_of(kib * 1024);
    PutRecord {
        data: Payload::Base64(text.into_bytes().into()),
        partition_id: Some("0".into()),
        ..PutRecord::default()
    }
}

fn base64_of(bytes: usize) -> String {
    let whole = "AAAA".repeat(bytes / 3);
    whole + ["", "AA==", "AAA="][bytes % 3]
}

/// How many records were stored; all later ones of the same partition must have been throttled.
fn stored(outcomes: &[RecordOutcome]) -> usize {
    let is_stored = |outcome: &RecordOutcome| matches!(outcome, RecordOutcome::Stored { .. });
    let count = outcomes.iter().filter(|o| is_stored(o)).count();
    for outcome in &outcomes[count..] {
        assert_eq!(*outcome, RecordOutcome::Failed(RecordError::Throttled));
    }
    count
}

async fn put(world: &World, stream: &Stream, records: Vec<PutRecord<'_>>) -> Vec<RecordOutcome> {
    world.streams.append_records(stream, records).await.unwrap()
}

#[test]
fn the_helper_writes_base64() {
    assert_eq!(base64_of(1024).len(), KIB_IN_BASE64);
}

#[tokio::test]
async fn records_beyond_a_second_are_refused_and_pass_later() {
    let world = World::new().await;
    let stream = world.create("s", 2).await;
    assert_eq!(stored(&put(&world, &stream, many(1200, "0")).await), 1000);
    assert_eq!(stored(&put(&world, &stream, many(1, "0")).await), 0);
    assert_eq!(stored(&put(&world, &stream, many(1000, "1")).await), 1000, "each partition has its own");
    world.clock.advance(Duration::from_millis(250));
    assert_eq!(stored(&put(&world, &stream, many(300, "0")).await), 250);
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(stored(&put(&world, &stream, many(1001, "0")).await), 1000, "no more than a second is saved");
}

#[tokio::test]
async fn bytes_beyond_a_second_are_refused_in_order() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    let mixed = vec![large(600), large(600), large(1)];
    assert_eq!(stored(&put(&world, &stream, mixed).await), 1, "nothing overtakes a refused record");
    assert_eq!(stored(&put(&world, &stream, vec![large(424)]).await), 1, "what was not used is still there");
    assert_eq!(stored(&put(&world, &stream, vec![large(1)]).await), 0);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(stored(&put(&world, &stream, vec![large(1024)]).await), 1, "the largest record passes");
}

#[tokio::test]
async fn advanced_partitions_take_more_and_a_switch_takes_all() {
    let world = World::new().await;
    let advanced = NewStream { stream_type: StreamType::Advanced, ..new_stream("a", 1) };
    let stream = world.streams.create_stream(&project(), advanced).await.unwrap();
    assert_eq!(stored(&put(&world, &stream, many(3000, "0")).await), 2000);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(stored(&put(&world, &stream, (0..6).map(|_| large(1024)).collect()).await), 5);

    let open = World::with(StreamsConfig { throughput: false, ..StreamsConfig::default() }).await;
    let stream = open.create("s", 1).await;
    assert_eq!(stored(&put(&open, &stream, many(5000, "0")).await), 5000);
    let read = read(&open, &stream).await;
    assert!(read.is_ok());
}

async fn read(world: &World, stream: &Stream) -> Result<usize, GetError> {
    let start = Position { kind: CursorType::TrimHorizon, sequence: None, timestamp_ms: None };
    let cursor = world.streams.issue_cursor(stream, PartitionId(0), start).await.unwrap();
    let limit = ReadLimit { bytes: 5 << 20, records: 10_000, at_least_one: true };
    Ok(world.streams.read_records(asker(&project()), &cursor, limit).await?.0.records().count())
}

#[tokio::test]
async fn a_read_may_be_larger_than_its_second_and_the_next_one_waits_for_it() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    for _ in 0..3 {
        put(&world, &stream, vec![large(1024)]).await;
        world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(read(&world, &stream).await.unwrap(), 3, "3 MiB of 2 MiB");
    assert!(matches!(read(&world, &stream).await, Err(GetError::Throttled { .. })));
    world.clock.advance(Duration::from_millis(500));
    assert!(matches!(read(&world, &stream).await, Err(GetError::Throttled { .. })));
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(read(&world, &stream).await.unwrap(), 3);
}

#[tokio::test]
async fn an_episode_is_told_once_when_it_begins_and_once_when_it_ends() {
    let mut world = World::new().await;
    let stream = world.create("s", 1).await;
    for _ in 0..3 {
        put(&world, &stream, many(1001, "0")).await;
        world.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(world.raised(), [EventKind::TrafficLimited]);
    world.clock.advance(Duration::from_millis(49_999));
    world.streams.tend_traffic().await;
    assert_eq!(world.raised(), []);
    world.clock.advance(Duration::from_millis(1));
    world.streams.tend_traffic().await;
    world.streams.tend_traffic().await;
    assert_eq!(world.raised(), [EventKind::TrafficRestored]);
    put(&world, &stream, many(1001, "0")).await;
    let event = world.events.try_recv().unwrap();
    assert_eq!(
        (event.kind, event.stream),
        (EventKind::TrafficLimited, Some((stream.id.clone(), "s".into())))
    );
}

#[tokio::test]
async fn a_put_that_cannot_be_read_uses_nothing_up() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    let mut broken = many(1000, "0");
    broken[999].data = record("?").data;
    assert!(world.streams.append_records(&stream, broken).await.is_err());
    assert_eq!(stored(&put(&world, &stream, many(1001, "0")).await), 1000);
}

#[tokio::test]
async fn puts_that_fail_on_our_side_are_told_until_they_end() {
    let mut world = World::new().await;
    let stream = world.create("s", 2).await;
    world.log.delete_stream(stream.incarnation).await.unwrap();
    world.log.create_stream(stream.incarnation, 1).await.unwrap();
    for _ in 0..2 {
        let failed = put(&world, &stream, many(1, "1")).await;
        assert!(matches!(failed[0], RecordOutcome::Failed(RecordError::Refused(_))));
    }
    assert_eq!(world.raised(), [EventKind::TrafficAbnormal]);
    put(&world, &stream, many(1001, "0")).await;
    assert_eq!(world.raised(), [EventKind::TrafficLimited]);
    world.clock.advance(Duration::from_secs(30));
    put(&world, &stream, many(1, "1")).await;
    world.clock.advance(Duration::from_secs(30));
    world.streams.tend_traffic().await;
    assert_eq!(world.raised(), [], "not limited any more, but still abnormal");
    world.clock.advance(Duration::from_secs(30));
    world.streams.tend_traffic().await;
    assert_eq!(world.raised(), [EventKind::TrafficRestored]);
}
