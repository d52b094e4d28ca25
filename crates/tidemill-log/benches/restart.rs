//! How long a log takes to open and to answer its first read, and how fast it reads all it holds.
//!
//! `cargo bench -p tidemill-log --bench restart [-- GIGABYTES [DIR]]`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::time::Instant;
use tidemill_log::{
    Append, Chunk, ChunkBuilder, DiskLog, DiskLogConfig, LogStore, Outcome, PartitionRef, ReadLimit, Scope,
};
use tidemill_model::{Clock, Incarnation};

const PARTITIONS: u32 = 4;
const RECORDS: usize = 500;
const PAGE: ReadLimit = ReadLimit { bytes: 4 << 20, records: 10_000, at_least_one: true };

fn main() {
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    let gigabytes: f64 = args.next().and_then(|s| s.parse().ok()).unwrap_or(1.0);
    let root = args.next().map_or_else(std::env::temp_dir, Into::into);
    let dir = tempfile::tempdir_in(root).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(dir.path(), gigabytes));
}

fn open(dir: &Path) -> DiskLog {
    DiskLog::open(dir, DiskLogConfig::default(), Clock::system()).unwrap()
}

async fn run(dir: &Path, gigabytes: f64) {
    let incarnation = Incarnation::random();
    let started = Instant::now();
    let log = open(dir);
    println!("first start: ready after {:.1} ms", ms(started));
    log.create_stream(incarnation, PARTITIONS).await.unwrap();
    put(&log, incarnation, 0, chunk()).await;
    println!("first start: first record durable after {:.1} ms", ms(started));
    let puts = (gigabytes * 1e9 / chunk().body.len() as f64) as u32;
    for n in 1..puts {
        put(&log, incarnation, n % PARTITIONS, chunk()).await;
    }
    drop(log);
    let started = Instant::now();
    let log = open(dir);
    println!("restart of {gigabytes} GB: ready after {:.1} ms", ms(started));
    let first = PartitionRef { incarnation, partition: 0 };
    let page = log.read(first, 0, PAGE, Scope::Visible).await.unwrap();
    println!("restart of {gigabytes} GB: first page of {} runs after {:.1} ms", page.runs.len(), ms(started));
    let started = Instant::now();
    let mut records = 0;
    for partition in 0..PARTITIONS {
        records += read_all(&log, PartitionRef { incarnation, partition }).await;
    }
    let rate = records as f64 / started.elapsed().as_secs_f64();
    println!("read all, one reader: {rate:.0} records/s of {records}");
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

async fn put(log: &DiskLog, incarnation: Incarnation, partition: u32, chunk: Chunk) {
    let outcomes = log.append(Append { incarnation, chunks: vec![(partition, chunk)] }).await;
    assert!(matches!(outcomes[..], [Outcome::Assigned { .. }]), "{outcomes:?}");
}

fn chunk() -> Chunk {
    let mut builder = ChunkBuilder::with_capacity(RECORDS * 1100);
    (0..RECORDS).for_each(|i| builder.push(Some(b"key"), None, &[i as u8; 1024]));
    builder.finish().unwrap()
}

async fn read_all(log: &DiskLog, at: PartitionRef) -> u64 {
    let (mut next, mut records) = (0, 0);
    loop {
        let page = log.read(at, next, PAGE, Scope::Visible).await.unwrap();
        if page.runs.is_empty() {
            return records;
        }
        records += page.runs.iter().map(|r| u64::from(r.count)).sum::<u64>();
        next = page.next;
    }
}
