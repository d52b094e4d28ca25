//! The disk fails while the log runs.

use crate::support::{
    START_MS, append, check_numbered, clock, copy, new_log, open, open_faulty, place, put_numbered, text,
    until,
};
use std::io::ErrorKind;
use std::sync::Arc;
use tidemill_log::disk::FaultyDisk;
use tidemill_log::{
    Append, DiskLog, DiskLogConfig, Health, LogError, LogStore, Outcome, ReadError, Refusal, Scope, suite,
};

async fn faulty_log() -> (tempfile::TempDir, FaultyDisk, DiskLog) {
    let dir = new_log().await;
    let disk = FaultyDisk::new();
    let log = open_faulty(dir.path(), &disk).unwrap();
    put_numbered(&log, 0, 5, 100).await;
    (dir, disk, log)
}

/// After `fail` the append in flight has no known outcome, later ones are refused, reads go on.
async fn a_failed_journal_write_stops_the_log(fail: impl Fn(&FaultyDisk)) {
    let (dir, disk, log) = faulty_log().await;
    fail(&disk);
    assert_eq!(append(&log, suite::chunk(&[&text(5, 9000)])).await, Outcome::Unknown);
    assert_eq!(append(&log, suite::chunk(&[&text(5, 100)])).await, Outcome::Refused(Refusal::Stopped));
    let Health::Stopped(reason) = log.health() else { panic!("{:?}", log.health()) };
    assert!(reason.contains("injected"), "{reason}");
    let created = log.create_stream(tidemill_model::Incarnation::random(), 1).await;
    assert!(matches!(created, Err(LogError::Stopped)));
    assert_eq!(check_numbered(&log, 0).await, 5);
    disk.heal();
    assert_eq!(append(&log, suite::chunk(&["x"])).await, Outcome::Refused(Refusal::Stopped));
    drop(log);
    let log = open(dir.path()).unwrap();
    let end = check_numbered(&log, 0).await;
    assert!(end == 5 || end == 6, "{end}");
    put_numbered(&log, end, end + 2, 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_write_stops_the_log() {
    a_failed_journal_write_stops_the_log(|disk| disk.fail_writes(".ring", ErrorKind::Other)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_stops_the_log() {
    a_failed_journal_write_stops_the_log(|disk| disk.fail_syncs(".ring")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_write_stops_the_log() {
    a_failed_journal_write_stops_the_log(|disk| disk.cut_writes(".ring")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_appends_in_flight_all_get_an_answer_when_the_log_stops() {
    let (_dir, disk, log) = faulty_log().await;
    let log = Arc::new(log);
    disk.fail_syncs(".ring");
    let appends = (0..20).map(|_| {
        let log = Arc::clone(&log);
        tokio::spawn(async move { append(&*log, suite::chunk(&[&text(0, 30_000)])).await })
    });
    for one in appends.collect::<Vec<_>>() {
        let outcome = one.await.unwrap();
        assert!(matches!(outcome, Outcome::Unknown | Outcome::Refused(Refusal::Stopped)), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_segment_sync_stops_the_log_and_loses_nothing() {
    for part in [".seg", "manifest.a", "manifest.b", "segments"] {
        let (dir, disk, log) = faulty_log().await;
        disk.fail_syncs(part);
        log.settle().await.unwrap();
        assert!(matches!(log.health(), Health::Stopped(_)), "{part}");
        assert_eq!(check_numbered(&log, 0).await, 5);
        disk.heal();
        drop(log);
        assert_eq!(check_numbered(&open(dir.path()).unwrap(), 0).await, 5, "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_on_the_way_from_the_disk_is_an_error_once() {
    let (_dir, disk, log) = faulty_log().await;
    log.settle().await.unwrap();
    disk.flip_on_read(".seg", 150);
    let read = log.read(place(), 0, suite::ALL, Scope::Visible).await;
    assert!(matches!(read, Err(ReadError::Damaged(_))), "{read:?}");
    disk.heal();
    assert_eq!(check_numbered(&log, 0).await, 5);
}

/// ENOSPC while settling refuses puts, keeps everything else going, and passes.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_puts_until_there_is_room() {
    let (dir, disk, log) = faulty_log().await;
    let reserve = dir.path().join("reserve");
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), DiskLogConfig::tiny().reserve_bytes);
    disk.fail_writes(".seg", ErrorKind::StorageFull);
    disk.set_free_bytes(Some(0));
    log.settle().await.unwrap();
    assert_eq!(log.health(), Health::DiskFull);
    assert!(!reserve.exists());
    assert_eq!(append(&log, suite::chunk(&["x"])).await, Outcome::Refused(Refusal::DiskFull));
    assert_eq!(check_numbered(&log, 0).await, 5);
    let other = tidemill_model::Incarnation::random();
    log.create_stream(other, 1).await.unwrap();
    log.delete_stream(other).await.unwrap();
    log.trim(place().incarnation, START_MS - 1).await.unwrap();
    disk.heal();
    assert_eq!(log.health(), Health::Ready);
    assert!(reserve.exists());
    put_numbered(&log, 5, 60, 3000).await;
    log.settle().await.unwrap();
    assert_eq!(check_numbered(&log, 0).await, 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn puts_stop_at_the_watermark_before_the_disk_is_full() {
    let (_dir, disk, log) = faulty_log().await;
    disk.set_free_bytes(Some(DiskLogConfig::tiny().disk_full_below - 1));
    log.settle().await.unwrap();
    assert_eq!(append(&log, suite::chunk(&["x"])).await, Outcome::Refused(Refusal::DiskFull));
    // Room for the watermark alone is not enough: the reserve must fit too.
    disk.set_free_bytes(Some(DiskLogConfig::tiny().disk_full_below));
    assert_eq!(log.health(), Health::DiskFull);
    disk.set_free_bytes(Some(1 << 30));
    put_numbered(&log, 5, 6, 100).await;
}

/// Appends that wait for memory or for a ring file do not hang when the disk fills up.
#[tokio::test(flavor = "multi_thread")]
async fn waiting_appends_are_refused_when_the_disk_fills_up() {
    let (_dir, disk, log) = faulty_log().await;
    let log = Arc::new(log);
    disk.fail_writes(".seg", ErrorKind::StorageFull);
    disk.set_free_bytes(Some(1 << 20));
    let appends = (0..200).map(|n| {
        let log = Arc::clone(&log);
        tokio::spawn(async move { append(&*log, suite::chunk(&[&text(n, 30_000)])).await })
    });
    let (mut taken, mut refused) = (0, 0);
    for one in appends.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Outcome::Assigned { .. } => taken += 1,
            Outcome::Refused(Refusal::DiskFull) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    // How many are taken before the log notices is a matter of time: a busy machine may take none.
    assert!(refused > 0, "{taken} taken, {refused} refused");
    disk.heal();
    assert_eq!(log.health(), Health::Ready);
    let end = log.bounds(place()).unwrap().next;
    assert_eq!(end, 5 + taken);
    put_numbered(&*log, end, end + 50, 30_000).await;
}

/// More than the memory budget in flight: appends wait for the settler, all get through.
#[tokio::test(flavor = "multi_thread")]
async fn appends_wait_for_memory() {
    let (_dir, _disk, log) = faulty_log().await;
    let log = Arc::new(log);
    let appends = (0..100).map(|n| {
        let log = Arc::clone(&log);
        tokio::spawn(async move { append(&*log, suite::chunk(&[&text(n, 50_000)])).await })
    });
    for one in appends.collect::<Vec<_>>() {
        assert!(matches!(one.await.unwrap(), Outcome::Assigned { count: 1, .. }));
    }
    assert_eq!(log.bounds(place()).unwrap().next, 105);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_larger_than_a_group_is_refused_alone() {
    let (_dir, _disk, log) = faulty_log().await;
    let huge = suite::chunk(&[&"x".repeat(DiskLogConfig::tiny().group_bytes_max)]);
    let parts = [suite::chunk(&[&text(5, 50_000)]), huge, suite::chunk(&[&text(6, 50_000)])];
    let chunks = parts.into_iter().map(|c| (0, c)).collect();
    let outcomes = log.append(Append { incarnation: place().incarnation, chunks }).await;
    let one = |first| Outcome::Assigned { first, count: 1 };
    assert_eq!(outcomes, [one(5), Outcome::Refused(Refusal::TooLarge), one(6)]);
}

/// A copy of the files of a running log is a crash image: what was acknowledged before is in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_running_log_holds_what_was_acknowledged() {
    let (dir, _disk, log) = faulty_log().await;
    let image = copy(dir.path());
    put_numbered(&log, 5, 6, 100).await;
    let copied = open(image.path()).unwrap();
    assert_eq!(check_numbered(&copied, 0).await, 5);
    put_numbered(&copied, 5, 9, 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn held_records_go_when_the_budget_for_them_is_used_up() {
    let dir = new_log().await;
    let config = DiskLogConfig { hold_bytes: 600_000, ..DiskLogConfig::tiny() };
    let log = DiskLog::open(dir.path(), config, clock()).unwrap();
    put_numbered(&log, 0, 100, 10_000).await;
    log.settle().await.unwrap();
    log.hold(place(), "task", Some(0));
    log.trim(place().incarnation, START_MS + 1).await.unwrap();
    let bounds = log.bounds(place()).unwrap();
    assert_eq!(bounds.earliest, 100);
    assert!((30..70).contains(&bounds.held), "{bounds:?}");
    assert_eq!(check_numbered(&log, bounds.held).await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn held_records_go_when_they_are_too_old() {
    let dir = new_log().await;
    let clock = clock();
    let log = DiskLog::open(dir.path(), DiskLogConfig::tiny(), clock.clone()).unwrap();
    put_numbered(&log, 0, 10, 100).await;
    clock.advance(std::time::Duration::from_secs(3600));
    put_numbered(&log, 10, 20, 100).await;
    log.settle().await.unwrap();
    log.hold(place(), "task", Some(3));
    let cutoff = clock.now_ms() + 1;
    log.trim(place().incarnation, cutoff).await.unwrap();
    assert_eq!(log.bounds(place()).unwrap().held, 3);
    log.trim(place().incarnation, START_MS + 72 * 3_600_000 + 1).await.unwrap();
    assert_eq!(log.bounds(place()).unwrap().held, 10);
}

/// Retention unlinks segments: those of a slow stream too, because they are closed by age.
#[tokio::test(flavor = "multi_thread")]
async fn retention_unlinks_the_segments_of_a_slow_stream() {
    let dir = new_log().await;
    let clock = clock();
    let log = DiskLog::open(dir.path(), DiskLogConfig::tiny(), clock.clone()).unwrap();
    let folder = dir.path().join("segments").join(place().incarnation.to_string());
    let files = || std::fs::read_dir(&folder).unwrap().count();
    put_numbered(&log, 0, 3, 100).await;
    log.settle().await.unwrap();
    clock.advance(std::time::Duration::from_secs(3601));
    put_numbered(&log, 3, 6, 100).await;
    log.settle().await.unwrap();
    // The first segment has its index by now.
    assert_eq!(files(), 3);
    log.trim(place().incarnation, clock.now_ms()).await.unwrap();
    assert_eq!(files(), 1);
    assert_eq!(check_numbered(&log, 3).await, 6);
    log.delete_stream(place().incarnation).await.unwrap();
    assert!(!folder.exists());
}

/// Files that a crash left behind are removed in the background after a start.
#[tokio::test(flavor = "multi_thread")]
async fn leftover_segment_files_are_swept() {
    let (dir, _disk, log) = faulty_log().await;
    log.settle().await.unwrap();
    drop(log);
    let segments = dir.path().join("segments");
    let ours = segments.join(place().incarnation.to_string());
    let gone = segments.join(tidemill_model::Incarnation(7).to_string());
    std::fs::create_dir(&gone).unwrap();
    std::fs::write(gone.join("0000000000000000.seg"), "old").unwrap();
    std::fs::write(ours.join("00000000000000aa.seg"), "unfinished").unwrap();
    let log = open(dir.path()).unwrap();
    until(|| !gone.exists() && !ours.join("00000000000000aa.seg").exists()).await;
    assert_eq!(check_numbered(&log, 0).await, 5);
}
