//! The ring of the reference server and its one writer thread.

use anyhow::{Context, Result};
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// Size of the ring file.
const RING_BYTES: u64 = 512 << 20;
/// Largest group; half of it is the point at which no more requests join.
const GROUP_BYTES: usize = 32 << 20;
/// Alignment that direct writes need.
const ALIGN: usize = 4096;

/// One request's frames, and where to say that they are durable.
pub(crate) struct Job {
    pub(crate) frames: Vec<u8>,
    pub(crate) done: oneshot::Sender<()>,
}

/// Writes the whole ring once, then starts the writer thread.
pub(crate) fn start(path: &Path) -> Result<Sender<Job>> {
    prewrite(path).context("pre-writing the ring")?;
    let flags = (OFlags::DIRECT | OFlags::DSYNC).bits() as i32;
    let file = OpenOptions::new().write(true).custom_flags(flags).open(path).context("opening the ring")?;
    let (sender, receiver) = channel();
    std::thread::Builder::new().name("ring".into()).spawn(move || {
        if let Err(e) = write_groups(&file, &receiver) {
            eprintln!("the ring stopped: {e}");
        }
    })?;
    Ok(sender)
}

fn prewrite(path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    let block = vec![1u8; 4 << 20];
    for i in 0..RING_BYTES / block.len() as u64 {
        file.write_all_at(&block, i * block.len() as u64)?;
    }
    file.sync_all()
}

/// One group at a time: whatever waits is written with one direct, synchronous write.
fn write_groups(file: &File, jobs: &Receiver<Job>) -> std::io::Result<()> {
    let mut memory = vec![0u8; GROUP_BYTES + ALIGN];
    let skip = memory.as_ptr().align_offset(ALIGN);
    let group = &mut memory[skip..skip + GROUP_BYTES];
    let mut at = 0;
    while let Ok(first) = jobs.recv() {
        let (mut used, mut waiting, mut next) = (0, Vec::new(), Some(first));
        while let Some(job) = next {
            group[used..used + job.frames.len()].copy_from_slice(&job.frames);
            used += job.frames.len();
            waiting.push(job.done);
            next = if used < GROUP_BYTES / 2 { jobs.try_recv().ok() } else { None };
        }
        let len = used.next_multiple_of(ALIGN);
        if at + len as u64 > RING_BYTES {
            at = 0;
        }
        file.write_all_at(&group[..len], at)?;
        at += len as u64;
        for done in waiting {
            let _ = done.send(());
        }
    }
    Ok(())
}
