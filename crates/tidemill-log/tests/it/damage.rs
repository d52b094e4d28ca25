//! Damaged files: every flipped byte is noticed, named and contained; a torn tail is told from damage.

use crate::support::{
    check_numbered, copy, flip, new_log, open, open_faulty, place, put_numbered, text, until,
};
use std::path::{Path, PathBuf};
use tidemill_log::disk::FaultyDisk;
use tidemill_log::{DiskLog, LogStore, PartitionRef, ReadError, ReadLimit, Scope, suite};
use tidemill_model::Incarnation;

const BLOCK: usize = 4096;

/// A log whose records 0..5 are in the journal only, one group each, without a mark at the end.
async fn journal_log() -> tempfile::TempDir {
    let dir = new_log().await;
    let disk = FaultyDisk::new();
    let log = open_faulty(dir.path(), &disk).unwrap();
    put_numbered(&log, 0, 5, 30).await;
    disk.lose_power_after(0, false);
    drop(log);
    dir
}

fn ring(dir: &Path) -> PathBuf {
    dir.join("journal/00.ring")
}

/// Offset and length of each group in a ring file.
fn groups(bytes: &[u8]) -> Vec<(usize, usize)> {
    let length = |at: usize| u32::from_le_bytes(bytes[at + 32..at + 36].try_into().unwrap()) as usize;
    let starts = (BLOCK..bytes.len()).step_by(BLOCK).filter(|at| &bytes[*at..at + 4] == b"TMG1");
    starts.map(|at| (at, length(at))).collect()
}

fn opening_error(dir: &Path) -> String {
    match open(dir) {
        Ok(_) => "opened".into(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_torn_at_any_byte_loses_the_last_group_only() {
    let dir = journal_log().await;
    let bytes = std::fs::read(ring(dir.path())).unwrap();
    let (last, length) = *groups(&bytes).last().unwrap();
    for cut in (0..length + 3).chain([BLOCK - 1, BLOCK]) {
        let torn = copy(dir.path());
        let mut torn_bytes = bytes.clone();
        torn_bytes[last + cut..last + BLOCK].fill(0xA5);
        std::fs::write(ring(torn.path()), torn_bytes).unwrap();
        let log = open(torn.path()).unwrap();
        let left = if cut < length { 4 } else { 5 };
        assert_eq!(check_numbered(&log, 0).await, left, "cut at byte {cut}");
        put_numbered(&log, left, 8, 30).await;
        drop(log);
        assert_eq!(check_numbered(&open(torn.path()).unwrap(), 0).await, 8, "cut at byte {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_last_group_may_be_torn_anywhere_too() {
    let dir = new_log().await;
    let disk = FaultyDisk::new();
    let log = open_faulty(dir.path(), &disk).unwrap();
    put_numbered(&log, 0, 3, 20_000).await;
    disk.lose_power_after(0, false);
    drop(log);
    let bytes = std::fs::read(ring(dir.path())).unwrap();
    let (last, length) = *groups(&bytes).last().unwrap();
    for hole in (0..length).step_by(512) {
        let torn = copy(dir.path());
        let mut torn_bytes = bytes.clone();
        // Sectors may reach the disk in any order: one of them did not.
        torn_bytes[last + hole..last + (hole + 512).min(length)].fill(0);
        std::fs::write(ring(torn.path()), torn_bytes).unwrap();
        assert_eq!(check_numbered(&open(torn.path()).unwrap(), 0).await, 2, "hole at {hole}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_before_the_last_group_is_damage() {
    let dir = journal_log().await;
    let bytes = std::fs::read(ring(dir.path())).unwrap();
    let (second, length) = groups(&bytes)[1];
    for at in second..second + length {
        flip(&ring(dir.path()), at as u64);
        let error = opening_error(dir.path());
        assert!(error.contains("00.ring is damaged at offset 8192"), "byte {at}: {error}");
        flip(&ring(dir.path()), at as u64);
    }
    assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_mark_of_an_idle_log_even_the_last_records_count() {
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    put_numbered(&log, 0, 5, 30).await;
    log.shutdown().await;
    drop(log);
    let bytes = std::fs::read(ring(dir.path())).unwrap();
    let groups = groups(&bytes);
    let (last_records, length) = groups[groups.len() - 2];
    for at in last_records..last_records + length {
        flip(&ring(dir.path()), at as u64);
        let error = opening_error(dir.path());
        assert!(error.contains("00.ring is damaged at offset"), "byte {at}: {error}");
        flip(&ring(dir.path()), at as u64);
    }
    // The mark itself holds no records.
    let (mark, length) = groups[groups.len() - 1];
    for at in mark..mark + length {
        let copy = copy(dir.path());
        flip(&ring(copy.path()), at as u64);
        assert_eq!(check_numbered(&open(copy.path()).unwrap(), 0).await, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn going_idle_writes_one_mark() {
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    let kinds = || {
        let bytes = std::fs::read(ring(dir.path())).unwrap();
        groups(&bytes).iter().map(|(at, _)| bytes[at + 36]).collect::<Vec<_>>()
    };
    for round in 1..4 {
        put_numbered(&log, round - 1, round, 30).await;
        until(|| kinds().last() == Some(&1)).await;
        assert_eq!(kinds(), [0, 1].repeat(round as usize));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_ring_file_header_is_damage() {
    // The header block is padded; its fields end here.
    const FIELDS: u64 = 56;
    let dir = journal_log().await;
    for at in 0..FIELDS {
        flip(&ring(dir.path()), at);
        let error = opening_error(dir.path());
        assert!(error.contains("00.ring is damaged at offset 0"), "byte {at}: {error}");
        flip(&ring(dir.path()), at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_cut_ring_file_is_damage() {
    let dir = journal_log().await;
    let log = open(dir.path()).unwrap();
    log.settle().await.unwrap();
    put_numbered(&log, 5, 7, 30).await;
    log.shutdown().await;
    drop(log);
    let file = dir.path().join("journal/01.ring");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(opening_error(dir.path()), "journal/01.ring has another length");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(opening_error(dir.path()), "journal/01.ring is missing");
}

/// A log with a second stream whose records are all in segments, nothing left in the journal.
async fn settled_log() -> tempfile::TempDir {
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    put_numbered(&log, 0, 80, 1000).await;
    log.create_stream(other().incarnation, 1).await.unwrap();
    for n in 0..10 {
        suite::put(&log, other(), suite::chunk(&[&text(n, 100)])).await;
    }
    log.settle().await.unwrap();
    log.shutdown().await;
    dir
}

fn other() -> PartitionRef {
    PartitionRef { incarnation: Incarnation(0xbeef), partition: 0 }
}

fn segment_files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let folder = dir.join("segments").join(place().incarnation.to_string());
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = entries.filter(|p| p.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

/// Reads every record on its own; how many cannot be read. Those that can are the right ones.
async fn unreadable(log: &DiskLog, records: u64) -> u64 {
    let mut lost = 0;
    let one = ReadLimit { bytes: 1, records: 1, at_least_one: true };
    for n in 0..records {
        match log.read(place(), n, one, Scope::Visible).await {
            Ok(page) => {
                let record = page.records().next().unwrap();
                assert_eq!(record.sequence, n);
                assert_eq!(record.data, text(n, 1000).as_bytes());
            }
            Err(ReadError::Damaged(what)) => {
                assert!(what.contains(".seg"), "{what}");
                lost += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    lost
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_in_a_block_loses_that_block_only() {
    let dir = settled_log().await;
    let file = &segment_files(dir.path(), ".seg")[0];
    let bytes = std::fs::read(file).unwrap();
    let blocks: Vec<_> = (0..bytes.len() - 4).filter(|at| &bytes[*at..at + 4] == b"TMB1").collect();
    assert!(blocks.len() > 5, "{blocks:?}");
    let (start, end) = (blocks[2], blocks[3]);
    // Every byte of the header and the run table, then a sample of the bodies.
    for at in (start..start + 300).chain((start + 300..end).step_by(97)) {
        flip(file, at as u64);
        let log = open(dir.path()).unwrap();
        let lost = unreadable(&log, 80).await;
        assert!((1..=6).contains(&lost), "byte {at}: {lost} records lost");
        let neighbour = log.read(other(), 0, suite::ALL, Scope::Visible).await.unwrap();
        assert_eq!(neighbour.records().count(), 10);
        drop(log);
        flip(file, at as u64);
    }
    assert_eq!(unreadable(&open(dir.path()).unwrap(), 80).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_lost_index_is_found_again() {
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    put_numbered(&log, 0, 400, 1000).await;
    log.settle().await.unwrap();
    log.shutdown().await;
    drop(log);
    let index = &segment_files(dir.path(), ".idx")[0];
    let good = std::fs::read(index).unwrap();
    for at in (0..good.len()).step_by(5) {
        flip(index, at as u64);
        assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 400);
        assert_eq!(std::fs::read(index).unwrap(), good, "byte {at} was not put right");
    }
    std::fs::remove_file(index).unwrap();
    assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 400);
    assert_eq!(std::fs::read(index).unwrap(), good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_segment_is_named_and_the_rest_is_served() {
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    put_numbered(&log, 0, 400, 1000).await;
    log.settle().await.unwrap();
    log.shutdown().await;
    drop(log);
    let files = segment_files(dir.path(), ".seg");
    assert!(files.len() > 1);
    std::fs::remove_file(&files[0]).unwrap();
    let log = open(dir.path()).unwrap();
    let lost = unreadable(&log, 400).await;
    assert!((100..400).contains(&lost), "{lost}");
    put_numbered(&log, 400, 401, 1000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_copy_of_the_manifest_is_enough() {
    let dir = settled_log().await;
    let (a, b) = (dir.path().join("manifest.a"), dir.path().join("manifest.b"));
    let good = std::fs::read(&a).unwrap();
    assert_eq!(good, std::fs::read(&b).unwrap());
    for copy in [&a, &b] {
        for at in 0..good.len() {
            flip(copy, at as u64);
            assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 80, "byte {at}");
        }
        std::fs::write(copy, &good[..good.len() / 2]).unwrap();
        assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 80);
        std::fs::remove_file(copy).unwrap();
        assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 80);
    }
    for copy in [&a, &b] {
        flip(copy, 20);
    }
    assert_eq!(opening_error(dir.path()), "both copies of the log manifest are damaged");
    for copy in [&a, &b] {
        std::fs::remove_file(copy).unwrap();
    }
    assert!(opening_error(dir.path()).contains("the log manifest is missing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_format_is_refused() {
    let dir = settled_log().await;
    let format = dir.path().join("FORMAT");
    assert_eq!(std::fs::read_to_string(&format).unwrap(), "tidemill-log 1\n");
    std::fs::write(&format, "tidemill-log 2\n").unwrap();
    assert!(opening_error(dir.path()).contains("the log has format 2"));
    std::fs::write(&format, "something else\n").unwrap();
    assert!(opening_error(dir.path()).contains("FORMAT is damaged"));
    std::fs::remove_file(&format).unwrap();
    assert!(opening_error(dir.path()).contains("FORMAT is missing"));
}
