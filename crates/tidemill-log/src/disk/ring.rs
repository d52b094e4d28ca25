//! The journal ring: which of its files may be written, and the writer's place in it.

use super::BLOCK;
use super::aligned::AlignedBuf;
use super::device::{Access, Disk, DiskFile};
use super::frame::{Frame, GroupKind, RingHeader, RingPos, encode_group};
use super::manifest::RingShape;
use super::segment::Layout;
use parking_lot::{Condvar, Mutex};
use std::io;

/// Whether the writer may begin a ring file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// It may.
    Free,
    /// Its records are not settled yet, or it is not written for the first time yet.
    Busy,
    /// The log is closing.
    Closed,
    /// The disk is full: nothing will settle before there is room.
    DiskFull,
}

#[derive(Debug)]
struct Gate {
    filled: Vec<bool>,
    replay_slot: u32,
    closed: bool,
    full: bool,
}

/// Guards the ring's files: the writer waits here for the settler and the filler.
#[derive(Debug)]
pub(crate) struct RingGate {
    gate: Mutex<Gate>,
    changed: Condvar,
}

impl RingGate {
    pub(crate) fn new(filled: Vec<bool>, replay_slot: u32) -> Self {
        let gate = Mutex::new(Gate { filled, replay_slot, closed: false, full: false });
        Self { gate, changed: Condvar::new() }
    }

    fn change(&self, f: impl FnOnce(&mut Gate)) {
        f(&mut self.gate.lock());
        self.changed.notify_all();
    }

    /// The file was written for the first time.
    pub(crate) fn filled(&self, slot: u32) {
        self.change(|g| g.filled.iter_mut().skip(slot as usize).take(1).for_each(|f| *f = true));
    }

    /// A replay would start in this file: those before it are free.
    pub(crate) fn settled(&self, slot: u32) {
        self.change(|g| g.replay_slot = slot);
    }

    /// Whether the disk is full.
    pub(crate) fn disk_full(&self, full: bool) {
        self.change(|g| g.full = full);
    }

    /// Nobody waits any more.
    pub(crate) fn close(&self) {
        self.change(|g| g.closed = true);
    }

    /// Whether the log is closing.
    pub(crate) fn is_closed(&self) -> bool {
        self.gate.lock().closed
    }

    /// Whether half of the ring or more waits for the settler when the writer goes to `slot`.
    pub(crate) fn is_half_used(&self, slot: u32) -> bool {
        let gate = self.gate.lock();
        let files = gate.filled.len() as u32;
        // The file of the replay itself is the last one: then the whole ring waits.
        (slot + files - gate.replay_slot - 1) % files + 1 >= files / 2
    }

    /// Whether the file may be begun; with `wait` not [`Slot::Busy`].
    pub(crate) fn ask(&self, slot: u32, wait: bool) -> Slot {
        let mut gate = self.gate.lock();
        loop {
            let filled = gate.filled.get(slot as usize).copied().unwrap_or(false);
            match () {
                () if gate.closed => return Slot::Closed,
                () if filled && gate.replay_slot != slot => return Slot::Free,
                () if gate.full => return Slot::DiskFull,
                () if !wait => return Slot::Busy,
                () => self.changed.wait(&mut gate),
            }
        }
    }
}

/// The writer's place in the ring.
pub(crate) struct RingWriter {
    shape: RingShape,
    layout: Layout,
    file: Option<Box<dyn DiskFile>>,
    at: RingPos,
    buf: AlignedBuf,
}

impl RingWriter {
    /// A writer that goes on behind `end` in a fresh file: never behind a cut in the old one.
    pub(crate) fn new(layout: &Layout, shape: RingShape, end: RingPos) -> Self {
        Self { shape, layout: layout.clone(), file: None, at: end, buf: AlignedBuf::default() }
    }

    /// Bytes left in the current file.
    pub(crate) fn room(&self) -> usize {
        if self.file.is_some() { self.shape.file_bytes.saturating_sub(self.at.offset) as usize } else { 0 }
    }

    /// The file that comes next.
    pub(crate) fn next_slot(&self) -> u32 {
        (self.at.slot + 1) % self.shape.files
    }

    /// Begins the next file, which is free: its header is durable before anything is in it.
    pub(crate) fn begin(&mut self, disk: &dyn Disk) -> io::Result<()> {
        let slot = self.next_slot();
        let file = disk.open(&self.layout.ring(slot), Access::Journal)?;
        let header = RingHeader { generation: random_generation()?, after: self.at };
        self.buf.clear();
        header.encode(&mut self.buf);
        file.write_at(self.buf.bytes(), 0)?;
        self.file = Some(file);
        self.at = RingPos { slot, generation: header.generation, offset: BLOCK, ..self.at };
        Ok(())
    }

    /// Writes one group, durable when this returns, and returns the position behind it.
    pub(crate) fn write(&mut self, kind: GroupKind, frames: &[Frame]) -> io::Result<RingPos> {
        let behind = encode_group(&mut self.buf, self.at, kind, frames);
        let file = self.file.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        file.write_at(self.buf.bytes(), self.at.offset)?;
        self.at = behind;
        Ok(behind)
    }
}

fn random_generation() -> io::Result<u64> {
    let mut raw = [0; 8];
    getrandom::fill(&mut raw).map_err(|e| io::Error::other(e.to_string()))?;
    // 0 stands for "before the first file".
    Ok(u64::from_le_bytes(raw).max(1))
}

/// Writes ring files for the first time, one after another, in the order the writer needs them.
pub(crate) fn fill(disk: &dyn Disk, layout: &Layout, shape: RingShape, gate: &RingGate) -> io::Result<()> {
    for slot in 0..shape.files {
        if !gate.is_filled(slot) {
            fill_one(disk, layout, shape, slot, gate)?;
        }
    }
    Ok(())
}

impl RingGate {
    fn is_filled(&self, slot: u32) -> bool {
        self.gate.lock().filled.get(slot as usize).copied().unwrap_or(true)
    }
}

/// A file is renamed into place when it is whole, so that a half-written one is never taken for one.
fn fill_one(
    disk: &dyn Disk,
    layout: &Layout,
    shape: RingShape,
    slot: u32,
    gate: &RingGate,
) -> io::Result<()> {
    let (path, new) = (layout.ring(slot), layout.ring(slot).with_extension("new"));
    let file = disk.open(&new, Access::Direct)?;
    file.allocate(0, shape.file_bytes)?;
    let mut pattern = AlignedBuf::default();
    // Not zeros: some disks give zeroed blocks back, and the write that counts would have to get them anew.
    pattern.extend(&vec![0xA5; (1 << 20).min(shape.file_bytes as usize)]);
    let mut at = 0;
    while at < shape.file_bytes {
        if gate.is_closed() {
            return Ok(());
        }
        let bytes = &pattern.bytes()[..(shape.file_bytes - at).min(1 << 20) as usize];
        file.write_at(bytes, at)?;
        at += bytes.len() as u64;
    }
    file.sync()?;
    disk.rename(&new, &path)?;
    disk.sync_dir(&layout.journal())?;
    gate.filled(slot);
    Ok(())
}
