//! Random histories: the disk log does what the memory log does, over restarts and settling.

use crate::support::{START_MS, open_faulty, until};
use proptest::prelude::*;
use std::path::Path;
use std::time::Duration;
use tidemill_log::disk::FaultyDisk;
use tidemill_log::{
    Append, Chunk, ChunkBuilder, DiskLog, DiskLogConfig, LogStore, MemoryLog, PartitionRef, ReadLimit, Scope,
};
use tidemill_model::{Clock, Incarnation};

const STREAMS: [Incarnation; 2] = [Incarnation(1), Incarnation(2)];

#[derive(Clone, Debug)]
enum Step {
    Append { stream: usize, chunks: Vec<(u32, Vec<Record>)> },
    Advance(u64),
    Trim { stream: usize, age_ms: i64 },
    Hold { stream: usize, partition: u32, from: Option<u64> },
    Read { stream: usize, partition: u32, from: u64, bytes: usize, records: usize, held: bool },
    Seek { stream: usize, partition: u32, time_ms: i64 },
    Delete(usize),
    Create(usize),
    Grow(usize),
    Settle,
    Reopen,
}

/// Length of the payload, and the producer's time if it sent one.
type Record = (usize, Option<i64>);

fn record() -> impl Strategy<Value = Record> {
    (prop_oneof![0..200usize, 0..200usize, 3000..9000usize], proptest::option::of(START_MS..START_MS + 9000))
}

fn step() -> impl Strategy<Value = Step> {
    let chunk = (0..4u32, proptest::collection::vec(record(), 1..12));
    let stream = 0..STREAMS.len();
    let place = (stream.clone(), 0..4u32);
    prop_oneof![
        12 => (stream.clone(), proptest::collection::vec(chunk, 1..4))
            .prop_map(|(stream, chunks)| Step::Append { stream, chunks }),
        4 => (1..3000u64).prop_map(Step::Advance),
        2 => (stream.clone(), 0..6000i64).prop_map(|(stream, age_ms)| Step::Trim { stream, age_ms }),
        1 => (place.clone(), proptest::option::of(0..60u64))
            .prop_map(|((stream, partition), from)| Step::Hold { stream, partition, from }),
        6 => (place.clone(), 0..120u64, 0..20_000usize, 0..30usize, any::<bool>()).prop_map(
            |((stream, partition), from, bytes, records, held)| Step::Read { stream, partition, from, bytes, records, held }
        ),
        3 => (place, START_MS - 10..START_MS + 12_000)
            .prop_map(|((stream, partition), time_ms)| Step::Seek { stream, partition, time_ms }),
        1 => stream.clone().prop_map(Step::Delete),
        2 => stream.clone().prop_map(Step::Create),
        1 => stream.prop_map(Step::Grow),
        3 => Just(Step::Settle),
        2 => Just(Step::Reopen),
    ]
}

fn chunk(records: &[Record], seed: usize) -> Chunk {
    let mut builder = ChunkBuilder::default();
    for (i, (length, time)) in records.iter().enumerate() {
        let payload: Vec<u8> = (0..*length).map(|b| (b + seed + i) as u8).collect();
        builder.push((i % 3 == 0).then_some(&b"key"[..]), *time, &payload);
    }
    builder.finish().unwrap()
}

/// Two logs side by side.
struct Pair {
    clock: Clock,
    model: MemoryLog,
    log: Option<DiskLog>,
    seed: usize,
}

impl Pair {
    fn log(&self) -> &DiskLog {
        self.log.as_ref().unwrap()
    }

    async fn run(&mut self, step: Step, dir: &Path) {
        match step {
            Step::Append { stream, chunks } => self.append(stream, &chunks).await,
            Step::Advance(ms) => self.clock.advance(Duration::from_millis(ms)),
            Step::Trim { stream, age_ms } => {
                let cutoff = self.clock.now_ms() - age_ms;
                let (a, b) = (
                    self.log().trim(STREAMS[stream], cutoff).await,
                    self.model.trim(STREAMS[stream], cutoff).await,
                );
                assert_eq!(a.ok(), b.ok());
            }
            Step::Hold { stream, partition, from } => {
                let at = PartitionRef { incarnation: STREAMS[stream], partition };
                self.log().hold(at, "task", from);
                self.model.hold(at, "task", from);
            }
            Step::Read { stream, partition, from, bytes, records, held } => {
                let at = PartitionRef { incarnation: STREAMS[stream], partition };
                let limit = ReadLimit { bytes, records, at_least_one: held };
                self.read(at, from, limit, if held { Scope::Held } else { Scope::Visible }).await;
            }
            Step::Seek { stream, partition, time_ms } => {
                let at = PartitionRef { incarnation: STREAMS[stream], partition };
                let (a, b) =
                    (self.log().seek_time(at, time_ms).await, self.model.seek_time(at, time_ms).await);
                assert_eq!(a.ok(), b.ok());
            }
            Step::Delete(stream) => {
                self.log().delete_stream(STREAMS[stream]).await.unwrap();
                self.model.delete_stream(STREAMS[stream]).await.unwrap();
            }
            Step::Create(stream) => {
                let (a, b) = (
                    self.log().create_stream(STREAMS[stream], 2).await,
                    self.model.create_stream(STREAMS[stream], 2).await,
                );
                assert_eq!(a.is_ok(), b.is_ok());
            }
            Step::Grow(stream) => {
                let (a, b) = (
                    self.log().grow_stream(STREAMS[stream], 3).await,
                    self.model.grow_stream(STREAMS[stream], 3).await,
                );
                assert_eq!(a.is_ok(), b.is_ok());
            }
            Step::Settle => self.log().settle().await.unwrap(),
            Step::Reopen => {
                self.log().shutdown().await;
                self.log = None;
                self.log = Some(DiskLog::open(dir, DiskLogConfig::tiny(), self.clock.clone()).unwrap());
                self.model = self.model.reopen();
            }
        }
    }

    async fn append(&mut self, stream: usize, chunks: &[(u32, Vec<Record>)]) {
        self.seed += 1;
        let make = || Append {
            incarnation: STREAMS[stream],
            chunks: chunks.iter().map(|(p, records)| (*p, chunk(records, self.seed))).collect(),
        };
        let too_large = |a: &Append| a.chunks.iter().any(|(_, c)| c.body.len() > 60_000);
        if !too_large(&make()) {
            assert_eq!(self.log().append(make()).await, self.model.append(make()).await);
        }
    }

    async fn read(&self, at: PartitionRef, from: u64, limit: ReadLimit, scope: Scope) {
        let ours = self.log().read(at, from, limit, scope).await;
        match (ours, self.model.read(at, from, limit, scope).await) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a.next, b.next);
                assert_eq!(a.records().collect::<Vec<_>>(), b.records().collect::<Vec<_>>());
            }
            (a, b) => assert_eq!(a.err().map(|e| e.to_string()), b.err().map(|e| e.to_string())),
        }
    }

    async fn compare_all(&self) {
        assert_eq!(self.log().streams().await, self.model.streams().await);
        for (incarnation, partitions) in self.model.streams().await {
            for partition in 0..partitions {
                let at = PartitionRef { incarnation, partition };
                assert_eq!(self.log().bounds(at), self.model.bounds(at));
                let held = self.model.bounds(at).unwrap().held;
                self.read(at, held, tidemill_log::suite::ALL, Scope::Held).await;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn the_disk_log_does_what_the_memory_log_does(steps in proptest::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let clock = Clock::manual(START_MS);
            let log = DiskLog::open(dir.path(), DiskLogConfig::tiny(), clock.clone()).unwrap();
            let mut pair = Pair { model: MemoryLog::new(clock.clone()), clock, log: Some(log), seed: 0 };
            pair.run(Step::Create(0), dir.path()).await;
            for step in steps {
                pair.run(step, dir.path()).await;
            }
            pair.compare_all().await;
            pair.run(Step::Reopen, dir.path()).await;
            pair.compare_all().await;
        });
    }
}

/// The ring goes round many times; nothing is lost on the way, and the last lap is found again.
#[tokio::test(flavor = "multi_thread")]
async fn the_ring_wraps_around_many_times() {
    use crate::support::{check_numbered, new_log, put_numbered};
    let dir = new_log().await;
    let disk = FaultyDisk::new();
    let log = open_faulty(dir.path(), &disk).unwrap();
    put_numbered(&log, 0, 400, 20_000).await;
    assert_eq!(check_numbered(&log, 0).await, 400);
    assert!(std::fs::read_dir(dir.path().join("segments")).unwrap().count() == 1);
    drop(log);
    let log = open_faulty(dir.path(), &disk).unwrap();
    assert_eq!(check_numbered(&log, 0).await, 400);
    put_numbered(&log, 400, 410, 100).await;
    log.shutdown().await;
    until(|| disk.changes() > 0).await;
}

/// Every start that writes begins a ring file; starts without records must not use the ring up.
#[tokio::test(flavor = "multi_thread")]
async fn many_starts_without_records_do_not_use_the_ring_up() {
    use crate::support::{check_numbered, new_log, open, put_numbered};
    let dir = new_log().await;
    for _ in 0..9 {
        let log = open(dir.path()).unwrap();
        let nowhere = Append { incarnation: Incarnation(9), chunks: vec![(0, chunk(&[(5, None)], 0))] };
        log.append(nowhere).await;
    }
    let log = open(dir.path()).unwrap();
    put_numbered(&log, 0, 3, 100).await;
    assert_eq!(check_numbered(&log, 0).await, 3);
}

/// A stream made anew under the same incarnation meets nothing of the old one, neither files nor caches.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_made_anew_does_not_see_the_old_one() {
    use crate::support::{new_log, open, place};
    use tidemill_log::suite;
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    for round in ["old", "new"] {
        assert_eq!(suite::put(&log, place(), suite::chunk(&[round])).await, 0);
        log.settle().await.unwrap();
        assert_eq!(suite::texts(&log, place(), 0).await, [(0, round.to_owned())]);
        log.delete_stream(place().incarnation).await.unwrap();
        log.create_stream(place().incarnation, 1).await.unwrap();
    }
    assert_eq!(log.bounds(place()).unwrap().next, 0);
}
