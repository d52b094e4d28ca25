//! Test support: the conformance suite that every backend runs.
//!
//! Each function checks one promise of [`LogStore`] on a stream of its own and panics where it does not
//! hold. [`all`] runs them one after another.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed expectation is the result of a test

use crate::chunk::{Chunk, ChunkBuilder};
use crate::store::{
    Append, Bounds, Health, LogError, LogStore, Outcome, Page, PartitionRef, ReadError, ReadLimit, Refusal,
    Scope,
};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tidemill_model::{Clock, Incarnation};

/// What the suite needs of a backend under test.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The clock the log takes arrival times from: a manual one.
    fn clock(&self) -> &Clock;
    /// Opens the log; again after the former handle was shut down and dropped, on the same records.
    async fn open(&self) -> Arc<dyn LogStore>;
}

/// A limit that no test reaches.
pub const ALL: ReadLimit = ReadLimit { bytes: usize::MAX, records: usize::MAX, at_least_one: true };

/// A chunk of records without keys and times.
pub fn chunk(payloads: &[&str]) -> Chunk {
    let mut builder = ChunkBuilder::default();
    payloads.iter().for_each(|p| builder.push(None, None, p.as_bytes()));
    builder.finish().unwrap()
}

/// A chunk of records with producer times.
pub fn timed(records: &[(&str, Option<i64>)]) -> Chunk {
    let mut builder = ChunkBuilder::default();
    records.iter().for_each(|(p, t)| builder.push(None, *t, p.as_bytes()));
    builder.finish().unwrap()
}

/// Appends one chunk and returns the first number it got.
pub async fn put(log: &dyn LogStore, at: PartitionRef, chunk: Chunk) -> u64 {
    let wanted = chunk.count;
    let append = Append { incarnation: at.incarnation, chunks: vec![(at.partition, chunk)] };
    match log.append(append).await[..] {
        [Outcome::Assigned { first, count }] => {
            assert_eq!(count, wanted);
            first
        }
        ref other => panic!("not assigned: {other:?}"),
    }
}

/// The payloads from `from` on as text, with their numbers.
pub async fn texts(log: &dyn LogStore, at: PartitionRef, from: u64) -> Vec<(u64, String)> {
    let page = log.read(at, from, ALL, Scope::Visible).await.unwrap();
    page.records().map(|r| (r.sequence, String::from_utf8_lossy(r.data).into_owned())).collect()
}

/// Runs the whole suite.
pub async fn all(backend: &dyn Backend) {
    numbers_are_contiguous_per_partition(backend).await;
    every_chunk_has_its_own_outcome(backend).await;
    keys_times_and_payloads_come_back(backend).await;
    reads_keep_their_limits(backend).await;
    reads_outside_the_bounds_are_errors(backend).await;
    seek_time_is_exact(backend).await;
    trim_ends_visibility_per_arrival(backend).await;
    numbers_survive_a_full_trim(backend).await;
    holds_keep_records_for_delivery(backend).await;
    streams_grow_and_go(backend).await;
    everything_survives_a_restart(backend).await;
    concurrent_appends_lose_nothing(backend).await;
    a_log_that_was_shut_down_refuses(backend).await;
}

async fn stream(log: &dyn LogStore, partitions: u32) -> PartitionRef {
    let incarnation = Incarnation::random();
    log.create_stream(incarnation, partitions).await.unwrap();
    PartitionRef { incarnation, partition: 0 }
}

/// Numbers of a partition start at 0 and go on without a gap; partitions do not share them.
pub async fn numbers_are_contiguous_per_partition(backend: &dyn Backend) {
    let log = backend.open().await;
    let p0 = stream(&*log, 2).await;
    let p1 = PartitionRef { partition: 1, ..p0 };
    assert_eq!(put(&*log, p0, chunk(&["a", "b"])).await, 0);
    assert_eq!(put(&*log, p0, chunk(&["c"])).await, 2);
    assert_eq!(put(&*log, p1, chunk(&["x"])).await, 0);
    assert_eq!(log.bounds(p0), Some(Bounds { earliest: 0, held: 0, next: 3 }));
    assert_eq!(texts(&*log, p0, 1).await, [(1, "b".into()), (2, "c".into())]);
    log.shutdown().await;
}

/// One bad chunk of an append does not touch its neighbours; outcomes keep the order.
pub async fn every_chunk_has_its_own_outcome(backend: &dyn Backend) {
    let log = backend.open().await;
    let p0 = stream(&*log, 2).await;
    let chunks = vec![(1, chunk(&["a"])), (7, chunk(&["b"])), (0, chunk(&["c", "d"]))];
    let outcomes = log.append(Append { incarnation: p0.incarnation, chunks }).await;
    assert_eq!(
        outcomes,
        [
            Outcome::Assigned { first: 0, count: 1 },
            Outcome::Refused(Refusal::UnknownPartition),
            Outcome::Assigned { first: 0, count: 2 },
        ]
    );
    let unknown = Append { incarnation: Incarnation::random(), chunks: vec![(0, chunk(&["a"]))] };
    assert_eq!(log.append(unknown).await, [Outcome::Refused(Refusal::UnknownStream)]);
    let nothing = Append { incarnation: p0.incarnation, chunks: vec![] };
    assert_eq!(log.append(nothing).await, []);
    log.shutdown().await;
}

/// Absent keys stay absent, empty ones empty; arrival times are the clock's and never go back.
pub async fn keys_times_and_payloads_come_back(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    let mut builder = ChunkBuilder::default();
    builder.push(None, Some(-5), b"");
    builder.push(Some(b""), None, b"one");
    builder.push(Some(b"key"), Some(9), &[0xff; 300]);
    let now = backend.clock().now_ms();
    put(&*log, at, builder.finish().unwrap()).await;
    let page = log.read(at, 0, ALL, Scope::Visible).await.unwrap();
    let back: Vec<_> = page.records().map(|r| (r.key, r.time_ms, r.arrival_ms, r.data.len())).collect();
    assert_eq!(back, [(None, -5, now, 0), (Some(&b""[..]), now, now, 3), (Some(&b"key"[..]), 9, now, 300)]);
    assert_eq!(page.next, 3);
    log.shutdown().await;
}

/// Bytes and records bound a page; a first record that is too large comes only where that was asked for.
pub async fn reads_keep_their_limits(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    put(&*log, at, chunk(&["aaaa", "bbbb", "cccc"])).await;
    put(&*log, at, chunk(&["dddddddd"])).await;
    let read = async |from, bytes, records, at_least_one| -> (u64, usize) {
        let limit = ReadLimit { bytes, records, at_least_one };
        let Page { runs, next } = log.read(at, from, limit, Scope::Visible).await.unwrap();
        (next, runs.iter().map(|r| r.records().count()).sum())
    };
    assert_eq!(read(0, 8, 100, false).await, (2, 2));
    assert_eq!(read(0, 11, 100, false).await, (2, 2));
    assert_eq!(read(0, 20, 100, false).await, (4, 4));
    assert_eq!(read(0, 64, 100, false).await, (4, 4), "only payload bytes count");
    assert_eq!(read(0, 100, 2, false).await, (2, 2));
    assert_eq!(read(0, 100, 0, true).await, (0, 0));
    assert_eq!(read(1, 1000, 100, false).await, (4, 3));
    assert_eq!(read(2, 12, 100, false).await, (4, 2));
    assert_eq!(read(3, 4, 100, false).await, (3, 0));
    assert_eq!(read(3, 4, 100, true).await, (4, 1));
    assert_eq!(read(4, 4, 100, true).await, (4, 0));
    log.shutdown().await;
}

/// Below the earliest and above the end a read names the bound; unknown partitions are told apart.
pub async fn reads_outside_the_bounds_are_errors(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    put(&*log, at, chunk(&["a"])).await;
    let beyond = log.read(at, 2, ALL, Scope::Visible).await;
    assert!(matches!(beyond, Err(ReadError::Beyond { from: 2, next: 1 })), "{beyond:?}");
    let other = PartitionRef { partition: 1, ..at };
    assert!(matches!(log.read(other, 0, ALL, Scope::Visible).await, Err(ReadError::Unknown)));
    assert!(matches!(log.seek_time(other, 0).await, Err(ReadError::Unknown)));
    assert_eq!(log.bounds(other), None);
    log.shutdown().await;
}

/// The first visible record at or after a time, also where producers' times go back and forth.
pub async fn seek_time_is_exact(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    put(&*log, at, timed(&[("a", Some(50)), ("b", Some(10)), ("c", Some(70))])).await;
    put(&*log, at, timed(&[("d", Some(20)), ("e", None)])).await;
    let now = backend.clock().now_ms();
    for (time, want) in [(0, 0), (50, 0), (51, 2), (70, 2), (71, 4), (now, 4), (now + 1, 5), (i64::MAX, 5)] {
        assert_eq!(log.seek_time(at, time).await.unwrap(), want, "time {time}");
    }
    log.shutdown().await;
}

/// Retention is exact per arrival, and seeks and reads follow it.
pub async fn trim_ends_visibility_per_arrival(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 2).await;
    put(&*log, at, chunk(&["a", "b"])).await;
    backend.clock().advance(Duration::from_secs(10));
    put(&*log, at, chunk(&["c"])).await;
    let now = backend.clock().now_ms();
    assert_eq!(log.trim(at.incarnation, now - 10_000).await.unwrap(), []);
    let trimmed = log.trim(at.incarnation, now - 9_999).await.unwrap();
    let bounds = Bounds { earliest: 2, held: 2, next: 3 };
    assert_eq!(trimmed.iter().map(|t| (t.partition, t.bounds)).collect::<Vec<_>>(), [(0, bounds)]);
    let below = log.read(at, 1, ALL, Scope::Visible).await;
    assert!(matches!(below, Err(ReadError::Trimmed { from: 1, earliest: 2 })), "{below:?}");
    assert_eq!(log.seek_time(at, 0).await.unwrap(), 2);
    assert_eq!(texts(&*log, at, 2).await, [(2, "c".into())]);
    let gone = log.trim(Incarnation::random(), now).await;
    assert!(matches!(gone, Err(LogError::UnknownStream)));
    log.shutdown().await;
}

/// A partition that retention emptied goes on where it stood, also after a restart.
pub async fn numbers_survive_a_full_trim(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    put(&*log, at, chunk(&["a", "b", "c"])).await;
    log.trim(at.incarnation, i64::MAX).await.unwrap();
    let empty = Bounds { earliest: 3, held: 3, next: 3 };
    assert_eq!(log.bounds(at), Some(empty));
    log.shutdown().await;
    drop(log);
    let log = backend.open().await;
    assert_eq!(log.bounds(at), Some(empty));
    assert_eq!(put(&*log, at, chunk(&["d"])).await, 3);
    log.shutdown().await;
}

/// Held records stay readable for delivery only, until the hold moves on or goes.
pub async fn holds_keep_records_for_delivery(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    for text in ["a", "b", "c"] {
        put(&*log, at, chunk(&[text])).await;
    }
    log.hold(at, "task", Some(1));
    log.hold(at, "other", Some(2));
    backend.clock().advance(Duration::from_secs(1));
    let cutoff = backend.clock().now_ms();
    log.trim(at.incarnation, cutoff).await.unwrap();
    assert_eq!(log.bounds(at), Some(Bounds { earliest: 3, held: 1, next: 3 }));
    let held = log.read(at, 1, ALL, Scope::Held).await.unwrap();
    assert_eq!(held.records().map(|r| r.data.to_vec()).collect::<Vec<_>>(), [b"b", b"c"]);
    assert!(matches!(log.read(at, 1, ALL, Scope::Visible).await, Err(ReadError::Trimmed { .. })));
    assert!(matches!(log.read(at, 0, ALL, Scope::Held).await, Err(ReadError::Trimmed { .. })));
    log.hold(at, "task", None);
    log.trim(at.incarnation, cutoff).await.unwrap();
    assert_eq!(log.bounds(at).unwrap().held, 2);
    log.hold(at, "other", Some(3));
    log.trim(at.incarnation, cutoff).await.unwrap();
    assert_eq!(log.bounds(at).unwrap().held, 3);
    log.shutdown().await;
}

/// Creating, growing and deleting streams; a deleted one is as if it had never been.
pub async fn streams_grow_and_go(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    assert!(matches!(log.create_stream(at.incarnation, 1).await, Err(LogError::Exists)));
    put(&*log, at, chunk(&["a"])).await;
    log.grow_stream(at.incarnation, 3).await.unwrap();
    log.grow_stream(at.incarnation, 2).await.unwrap();
    assert!(log.streams().await.contains(&(at.incarnation, 3)));
    assert_eq!(put(&*log, PartitionRef { partition: 2, ..at }, chunk(&["x"])).await, 0);
    assert!(matches!(log.grow_stream(Incarnation::random(), 2).await, Err(LogError::UnknownStream)));
    let (kept, gone) = (at, stream(&*log, 1).await);
    put(&*log, gone, chunk(&["secret"])).await;
    log.delete_stream(gone.incarnation).await.unwrap();
    log.delete_stream(gone.incarnation).await.unwrap();
    assert_eq!(log.bounds(gone), None);
    log.shutdown().await;
    drop(log);
    let log = backend.open().await;
    assert!(matches!(log.read(gone, 0, ALL, Scope::Held).await, Err(ReadError::Unknown)));
    assert!(!log.streams().await.iter().any(|(i, _)| *i == gone.incarnation));
    log.create_stream(gone.incarnation, 1).await.unwrap();
    assert_eq!(put(&*log, gone, chunk(&["new"])).await, 0);
    assert_eq!(texts(&*log, gone, 0).await, [(0, "new".into())]);
    assert_eq!(texts(&*log, kept, 0).await, [(0, "a".into())]);
    log.shutdown().await;
}

/// Records, numbers, bounds and arrival times are the same after a restart.
pub async fn everything_survives_a_restart(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    put(&*log, at, timed(&[("a", Some(7)), ("b", None)])).await;
    backend.clock().advance(Duration::from_secs(5));
    put(&*log, at, chunk(&["c"])).await;
    log.trim(at.incarnation, backend.clock().now_ms()).await.unwrap();
    put(&*log, at, chunk(&["d"])).await;
    let before = log.bounds(at);
    log.shutdown().await;
    drop(log);
    let log = backend.open().await;
    assert_eq!(log.bounds(at), before);
    assert_eq!(texts(&*log, at, 2).await, [(2, "c".into()), (3, "d".into())]);
    assert_eq!(put(&*log, at, chunk(&["e"])).await, 4);
    log.shutdown().await;
}

/// Parallel producers: every acknowledged chunk is there once, its records side by side.
pub async fn concurrent_appends_lose_nothing(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    let producers = (0..8).map(|producer| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let mut firsts = Vec::new();
            for n in 0..25 {
                let text = [format!("{producer}/{n}/0"), format!("{producer}/{n}/1")];
                firsts.push((put(&*log, at, chunk(&[&text[0], &text[1]])).await, text[0].clone()));
            }
            firsts
        })
    });
    let mut firsts = Vec::new();
    for producer in producers.collect::<Vec<_>>() {
        firsts.extend(producer.await.unwrap());
    }
    firsts.sort();
    let stored = texts(&*log, at, 0).await;
    assert_eq!(stored.len(), 400);
    for (i, (first, text)) in firsts.iter().enumerate() {
        assert_eq!(*first, 2 * i as u64);
        assert_eq!(stored[2 * i], (*first, text.clone()));
        assert_eq!(stored[2 * i + 1].1, format!("{}1", &text[..text.len() - 1]));
    }
    log.shutdown().await;
}

/// After a shutdown puts are refused, and the health says so.
pub async fn a_log_that_was_shut_down_refuses(backend: &dyn Backend) {
    let log = backend.open().await;
    let at = stream(&*log, 1).await;
    assert_eq!(log.health(), Health::Ready);
    log.shutdown().await;
    let append = Append { incarnation: at.incarnation, chunks: vec![(0, chunk(&["a"]))] };
    assert_eq!(log.append(append).await, [Outcome::Refused(Refusal::Stopped)]);
    assert!(matches!(log.health(), Health::Stopped(_)));
}
