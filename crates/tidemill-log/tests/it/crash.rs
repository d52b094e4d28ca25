//! The power goes at every single change of the disk: what was acknowledged is there, once and in order.

use crate::support::{append, check_numbered, copy, new_log, open, open_faulty, place, put_numbered, text};
use std::path::Path;
use tidemill_log::disk::FaultyDisk;
use tidemill_log::{DiskLog, LogStore, Outcome, suite};

/// Puts, settles, trims and grows until the disk fails. Returns how many records were acknowledged, and how
/// many may be there at most.
async fn work(log: &DiskLog) -> (u64, u64) {
    let mut acked = 0;
    for n in 0..40 {
        match append(log, suite::chunk(&[&text(n, 1 + 700 * (n as usize % 13))])).await {
            Outcome::Assigned { first, .. } => {
                assert_eq!(first, n);
                acked = n + 1;
            }
            Outcome::Unknown => return (acked, n + 1),
            Outcome::Refused(_) => return (acked, acked),
        }
        let change = match n {
            9 | 22 | 31 => log.settle().await.err(),
            15 => log.trim(place().incarnation, i64::MAX).await.err(),
            25 => log.grow_stream(place().incarnation, 2).await.err(),
            _ => None,
        };
        if change.is_some() {
            return (acked, acked);
        }
    }
    (acked, acked)
}

async fn check(dir: &Path, acked: u64, at_most: u64) {
    let log = open(dir).unwrap();
    let held = log.bounds(place()).unwrap().held;
    assert!(held == 0 || held == 16, "{held}");
    let end = check_numbered(&log, held).await;
    assert!((acked..=at_most).contains(&end), "{acked} acknowledged, {at_most} sent, {end} found");
    put_numbered(&log, end, end + 3, 5000).await;
    drop(log);
    let log = open(dir).unwrap();
    assert_eq!(check_numbered(&log, held).await, end + 3);
}

async fn power_cuts(keep_unsynced: bool) {
    let start = new_log().await;
    let whole = copy(start.path());
    let disk = FaultyDisk::new();
    let log = open_faulty(whole.path(), &disk).unwrap();
    assert_eq!(work(&log).await, (40, 40));
    drop(log);
    let changes = disk.changes();
    assert!(changes > 60, "{changes}");
    for cut in 0..changes {
        let dir = copy(start.path());
        let disk = FaultyDisk::new();
        disk.lose_power_after(cut, keep_unsynced);
        let (acked, at_most) = match open_faulty(dir.path(), &disk) {
            Ok(log) => work(&log).await,
            Err(_) => (0, 0),
        };
        check(dir.path(), acked, at_most).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_records_survive_a_power_cut_at_every_change() {
    power_cuts(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_where_the_disk_kept_what_was_not_synced() {
    power_cuts(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_while_the_log_is_made_leaves_a_log() {
    for cut in 0..60 {
        let dir = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::new();
        disk.lose_power_after(cut, false);
        let mut acked = 0;
        if let Ok(log) = open_faulty(dir.path(), &disk)
            && log.create_stream(place().incarnation, 1).await.is_ok()
        {
            acked = work(&log).await.0;
        }
        let log = open(dir.path()).unwrap();
        if log.streams().await.is_empty() {
            assert_eq!(acked, 0);
            log.create_stream(place().incarnation, 1).await.unwrap();
        }
        let end = check_numbered(&log, log.bounds(place()).unwrap().held).await;
        assert!(end >= acked);
        put_numbered(&log, end, end + 2, 100).await;
    }
}
