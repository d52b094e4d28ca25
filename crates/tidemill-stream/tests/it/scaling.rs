//! Scaling while producers put and a consumer reads: every key keeps its order.

use super::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tidemill_log::ReadLimit;
use tidemill_model::PartitionId;
use tidemill_stream::{CursorType, HASH_MAX, Position, ScaleRecord, hash_key, hash_range};

const PRODUCERS: usize = 4;
const KEYS_EACH: usize = 5;
const COUNTS: [u32; 6] = [2, 5, 3, 6, 1, 4];

/// How far the producers are, whether they shall go on, and whether all of them have ended.
#[derive(Default)]
struct Progress {
    rounds: [AtomicU64; PRODUCERS],
    stop: AtomicBool,
    ended: AtomicBool,
}

/// Puts a record of each of its keys again and again, each round after the one before was answered.
async fn produce(streams: Streams, id: String, producer: usize, progress: Arc<Progress>) -> u64 {
    let keys: Vec<String> = (0..KEYS_EACH).map(|key| format!("p{producer}-k{key}")).collect();
    let mut round = 0u64;
    while !progress.stop.load(Ordering::SeqCst) {
        let payloads: Vec<String> = keys.iter().map(|key| format!("{key} {round}")).collect();
        let records = keys.iter().zip(&payloads).map(|(key, text)| PutRecord {
            partition_key: Some(key.as_str().into()),
            data: Payload::Raw(text.as_bytes()),
            ..PutRecord::default()
        });
        let records = records.collect();
        let stream = streams.by_id(&id).unwrap();
        let put = streams.append_records(&stream, records).await;
        let stored = |outcome: &RecordOutcome| matches!(outcome, RecordOutcome::Stored { .. });
        assert!(put.unwrap().iter().all(stored));
        round += 1;
        progress.rounds[producer].store(round, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
    round
}

/// Key, number of its round, partition; in the order of reading.
type Seen = Vec<(String, u64, u32)>;

/// Reads every partition from its start, also while others come and go, until all was read after `ended`.
async fn consume(streams: Streams, id: String, progress: Arc<Progress>) -> Seen {
    let mut cursors: BTreeMap<u32, String> = BTreeMap::new();
    let mut seen = Seen::new();
    loop {
        let (last_look, mut anything) = (progress.ended.load(Ordering::SeqCst), false);
        for partition in &streams.by_id(&id).unwrap().partitions {
            let cursor = match cursors.remove(&partition.id.0) {
                Some(cursor) => cursor,
                None => first_cursor(&streams, &id, partition.id).await,
            };
            let limit = ReadLimit { bytes: 1 << 20, records: 50, at_least_one: true };
            let (page, next) = streams.read_records(asker(&project()), &cursor, limit).await.unwrap();
            for record in page.records() {
                let text = std::str::from_utf8(record.data).unwrap();
                let (key, round) = text.split_once(' ').unwrap();
                seen.push((key.to_owned(), round.parse().unwrap(), partition.id.0));
                anything = true;
            }
            cursors.insert(partition.id.0, next);
        }
        if last_look && !anything {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}

async fn first_cursor(streams: &Streams, id: &str, partition: PartitionId) -> String {
    let start = Position { kind: CursorType::TrimHorizon, sequence: None, timestamp_ms: None };
    streams.issue_cursor(&streams.by_id(id).unwrap(), partition, start).await.unwrap()
}

/// The partition a key goes to among `count` active ones.
fn routed(key: &str, count: u32) -> u32 {
    let hash = hash_key(key);
    assert!(hash <= HASH_MAX);
    (0..count)
        .find(|index| (hash_range(*index, count).0..=hash_range(*index, count).1).contains(&hash))
        .unwrap()
}

/// Waits until every producer has done `more` further rounds.
async fn wait_for_rounds(progress: &Progress, more: u64) {
    let now = || progress.rounds.iter().map(|round| round.load(Ordering::SeqCst));
    let targets: Vec<u64> = now().map(|round| round + more).collect();
    wait_for(|| now().zip(&targets).all(|(round, target)| round >= *target).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_key_keeps_its_order_while_partitions_come_and_go() {
    let config = StreamsConfig { throughput: false, scale_downs_per_hour: 10, ..StreamsConfig::default() };
    let world = World::with(config).await;
    let id = world.create("s", i64::from(COUNTS[0])).await.id.clone();
    let progress = Arc::new(Progress::default());
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|n| tokio::spawn(produce(world.streams.clone(), id.clone(), n, progress.clone())))
        .collect();
    let consumer = tokio::spawn(consume(world.streams.clone(), id.clone(), progress.clone()));
    for count in &COUNTS[1..] {
        wait_for_rounds(&progress, 20).await;
        world.clock.advance(Duration::from_secs(1));
        world.streams.scale_stream(&id, i64::from(*count)).await.unwrap();
    }
    wait_for_rounds(&progress, 20).await;
    progress.stop.store(true, Ordering::SeqCst);
    let mut rounds = Vec::new();
    for producer in producers {
        rounds.push(producer.await.unwrap());
    }
    progress.ended.store(true, Ordering::SeqCst);
    check_order(&consumer.await.unwrap(), &rounds);
    check_history(&world.streams.by_id(&id).unwrap().scale_records);
}

/// Nothing is lost or doubled; each partition has a key's records in order; and a key only ever moves to
/// where the next number of partitions sends it, never back.
fn check_order(seen: &Seen, rounds: &[u64]) {
    let mut by_key: BTreeMap<&str, Vec<(u64, u32)>> = BTreeMap::new();
    let mut last: BTreeMap<(&str, u32), u64> = BTreeMap::new();
    for (key, round, partition) in seen {
        let before = last.insert((key, *partition), *round);
        assert!(
            before.is_none_or(|before| before < *round),
            "{key}: {before:?}, then {round} in {partition}"
        );
        by_key.entry(key).or_default().push((*round, *partition));
    }
    assert_eq!(by_key.len(), PRODUCERS * KEYS_EACH);
    for (key, mut places) in by_key {
        places.sort_unstable();
        let producer: usize = key[1..2].parse().unwrap();
        let expected: Vec<u64> = (0..rounds[producer]).collect();
        assert_eq!(places.iter().map(|(round, _)| *round).collect::<Vec<_>>(), expected, "{key}");
        let mut moves: Vec<u32> = places.iter().map(|(_, partition)| *partition).collect();
        moves.dedup();
        let mut planned: Vec<u32> = COUNTS.iter().map(|count| routed(key, *count)).collect();
        planned.dedup();
        assert_eq!(moves, planned, "{key}");
    }
}

fn check_history(records: &[ScaleRecord]) {
    let changes: Vec<_> = records.iter().map(|record| (record.from, record.to, record.auto)).collect();
    let expected: Vec<_> = COUNTS.windows(2).map(|pair| (pair[0], i64::from(pair[1]), false)).collect();
    assert_eq!(changes, expected);
    assert!(records.windows(2).all(|pair| pair[0].at_ms < pair[1].at_ms));
}
