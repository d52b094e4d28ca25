//! A real file system of a few megabytes that really fills up. `scripts/test.sh` runs these where it may mount one.

use crate::support::{append, check_numbered, clock, place, text};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use tidemill_log::{DiskLog, DiskLogConfig, Health, LogStore, Outcome, Refusal, suite};

/// A mounted file system, unmounted when dropped.
struct Mount {
    path: PathBuf,
    _dir: tempfile::TempDir,
}

impl Mount {
    /// Mounts ext4 in a file of `megabytes`, or, where loop devices or mkfs.ext4 are missing, memory.
    fn new(megabytes: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mounted");
        std::fs::create_dir(&path).unwrap();
        let kind = match mount_ext4(&dir.path().join("image"), megabytes, &path) {
            Ok(()) => "ext4",
            Err(why) => {
                println!("no ext4 in a file: {why}");
                mount_memory(megabytes, &path).unwrap();
                "tmpfs"
            }
        };
        println!("a disk of {megabytes} MiB: {kind}");
        Self { path, _dir: dir }
    }
}

fn mount_ext4(image: &Path, megabytes: u32, at: &Path) -> Result<(), String> {
    File::create(image)
        .and_then(|file| file.set_len(u64::from(megabytes) << 20))
        .map_err(|e| e.to_string())?;
    run(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0"]).arg(image))?;
    run(Command::new("mount").args(["-o", "loop"]).arg(image).arg(at))
}

fn mount_memory(megabytes: u32, at: &Path) -> Result<(), String> {
    let size = format!("size={megabytes}m");
    run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tidemill-test"]).arg(at))
}

fn run(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("{command:?}: {error}")),
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
#[ignore = "mounts a file system"]
async fn a_small_file_system_fills_up_to_the_watermark_and_recovers() {
    let mount = Mount::new(8);
    fill_up(&mount.path.join("log"), 1 << 20).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "mounts a file system"]
async fn a_small_file_system_fills_up_to_the_last_byte_and_recovers() {
    let mount = Mount::new(8);
    fill_up(&mount.path.join("log"), 0).await;
}
