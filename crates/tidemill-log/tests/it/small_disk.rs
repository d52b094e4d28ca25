//! A real file system of a few megabytes that really fills up. Needs root; says so where it is skipped.

use crate::support::{append, check_numbered, clock, place, text};
use std::path::{Path, PathBuf};
use std::process::Command;
use tidemill_log::{DiskLog, DiskLogConfig, Health, LogStore, Outcome, Refusal, suite};

/// A mounted file system, unmounted when dropped.
struct Mount {
    path: PathBuf,
    _dir: tempfile::TempDir,
}

impl Mount {
    /// Mounts `megabytes` of memory; prints why where that is not possible.
    fn new(megabytes: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_owned();
        let size = format!("size={megabytes}m");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tidemill-test"]).arg(&path).output();
        let refused = match mount {
            Ok(output) if output.status.success() => return Some(Self { path, _dir: dir }),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        println!("SKIPPED: a small file system cannot be mounted here: {refused}");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.path).output();
    }
}

async fn fill_up(dir: &Path, disk_full_below: u64) {
    let config = DiskLogConfig { disk_full_below, ..DiskLogConfig::tiny() };
    let log = DiskLog::open(dir, config.clone(), clock()).unwrap();
    log.create_stream(place().incarnation, 1).await.unwrap();
    let mut next = 0;
    loop {
        match append(&log, suite::chunk(&[&text(next, 20_000)])).await {
            Outcome::Assigned { first, .. } => assert_eq!(first, next),
            Outcome::Refused(Refusal::DiskFull) => break,
            other => panic!("{other:?}"),
        }
        next += 1;
        assert!(next < 1000, "the disk never fills up");
    }
    assert_eq!(log.health(), Health::DiskFull);
    assert_eq!(check_numbered(&log, 0).await, next);
    log.create_stream(tidemill_model::Incarnation(5), 1).await.unwrap();
    drop(log);
    let log = DiskLog::open(dir, config, clock()).unwrap();
    assert_eq!(check_numbered(&log, 0).await, next);
    log.trim(place().incarnation, i64::MAX).await.unwrap();
    assert_eq!(log.health(), Health::Ready);
    assert_eq!(append(&log, suite::chunk(&["again"])).await, Outcome::Assigned { first: next, count: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_system_fills_up_to_the_watermark_and_recovers() {
    if let Some(mount) = Mount::new(6) {
        fill_up(&mount.path.join("log"), 1 << 20).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn and_to_the_last_byte() {
    if let Some(mount) = Mount::new(6) {
        fill_up(&mount.path.join("log"), 0).await;
    }
}
