//! What several tests need.

use std::path::Path;
use std::sync::Arc;
use tidemill_log::disk::{Disk, FaultyDisk, SystemDisk};
use tidemill_log::{
    Append, Chunk, DiskLog, DiskLogConfig, LogError, LogStore, Outcome, PartitionRef, Scope, suite,
};
use tidemill_model::{Clock, Incarnation};

/// When tests begin.
pub(crate) const START_MS: i64 = 1_700_000_000_000;

pub(crate) fn clock() -> Clock {
    Clock::manual(START_MS)
}

/// The only partition of the stream most tests use.
pub(crate) fn place() -> PartitionRef {
    PartitionRef { incarnation: Incarnation(0xfeed), partition: 0 }
}

pub(crate) fn open(dir: &Path) -> Result<DiskLog, LogError> {
    DiskLog::open(dir, DiskLogConfig::tiny(), clock())
}

pub(crate) fn open_faulty(dir: &Path, disk: &FaultyDisk) -> Result<DiskLog, LogError> {
    DiskLog::open_on(Arc::new(disk.clone()), dir, DiskLogConfig::tiny(), clock())
}

/// A directory with a log that has the stream of [`place`] and its whole ring.
pub(crate) async fn new_log() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path()).unwrap();
    log.create_stream(place().incarnation, 1).await.unwrap();
    wait_for_ring(dir.path()).await;
    log.shutdown().await;
    dir
}

async fn wait_for_ring(dir: &Path) {
    let last = dir.join("journal/03.ring");
    until(|| last.exists()).await;
}

/// Waits for a condition that another thread brings about.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    for _ in 0..20_000 {
        if condition() {
            return;
        }
        Clock::system().sleep(std::time::Duration::from_millis(1)).await;
    }
    panic!("it did not happen");
}

/// Record number `n` of the tests: its text tells the number.
pub(crate) fn text(n: u64, bytes: usize) -> String {
    format!("{n:08}{}", "x".repeat(bytes.saturating_sub(8)))
}

pub(crate) async fn append(log: &dyn LogStore, chunk: Chunk) -> Outcome {
    let outcomes = log.append(Append { incarnation: place().incarnation, chunks: vec![(0, chunk)] }).await;
    assert_eq!(outcomes.len(), 1);
    outcomes[0]
}

/// Appends records `from..to` one by one, `bytes` long each.
pub(crate) async fn put_numbered(log: &dyn LogStore, from: u64, to: u64, bytes: usize) {
    for n in from..to {
        assert_eq!(suite::put(log, place(), suite::chunk(&[&text(n, bytes)])).await, n);
    }
}

/// Reads everything from `from` on and checks that each record is the one with its number. Returns the end.
pub(crate) async fn check_numbered(log: &dyn LogStore, from: u64) -> u64 {
    let mut next = from;
    loop {
        let page = log.read(place(), next, suite::ALL, Scope::Held).await.unwrap();
        for record in page.records() {
            assert_eq!(record.sequence, next);
            let wanted = format!("{next:08}");
            assert_eq!(&record.data[..8], wanted.as_bytes());
            next += 1;
        }
        assert_eq!(page.next, next);
        if page.runs.is_empty() {
            return next;
        }
    }
}

/// Copies a log's directory.
pub(crate) fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    for name in SystemDisk.list(from).unwrap() {
        let (source, target) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_into(&source, &target);
        } else {
            std::fs::copy(&source, &target).unwrap();
        }
    }
}

/// Flips one bit of a file.
pub(crate) fn flip(path: &Path, offset: u64) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[offset as usize] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}
