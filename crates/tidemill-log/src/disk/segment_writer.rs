//! Writes a stream's settled blocks into its segment files.

use super::BLOCK;
use super::aligned::AlignedBuf;
use super::block::{self, BlockEntry, SegmentId, SettleRun};
use super::device::{Access, Disk, DiskFile, is_full};
use super::index;
use super::segment::Segment;
use super::shared::Shared;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tidemill_model::Incarnation;

/// Bytes collected before they are written. The journal's writes wait for a larger one on the same disk.
const WRITE_BYTES: usize = 1 << 20;
/// Bytes from which on room is set aside in one go.
const ALLOCATE_BYTES: u64 = 1 << 20;
/// Files kept open until they are synced together.
const UNSYNCED_MAX: usize = 64;

/// Files and folders that a pass has written and not synced yet.
#[derive(Default)]
pub(crate) struct Unsynced {
    files: Vec<Box<dyn DiskFile>>,
    folders: BTreeSet<PathBuf>,
}

impl Unsynced {
    /// Syncs if there are many.
    pub(crate) fn sync_some(&mut self, disk: &dyn Disk) -> io::Result<()> {
        if self.files.len() >= UNSYNCED_MAX { self.sync_all(disk) } else { Ok(()) }
    }

    /// Makes everything durable.
    pub(crate) fn sync_all(&mut self, disk: &dyn Disk) -> io::Result<()> {
        for file in self.files.drain(..) {
            file.sync()?;
        }
        for folder in std::mem::take(&mut self.folders) {
            disk.sync_dir(&folder)?;
        }
        Ok(())
    }
}

/// Appends the blocks of one pass to a stream's segments.
pub(crate) struct SegmentWriter<'a> {
    shared: &'a Shared,
    incarnation: Incarnation,
    active: Option<Arc<Segment>>,
    next_segment: u64,
    /// Bytes of records still to come: an estimate of the room needed.
    left: usize,
    open: Option<OpenFile>,
    done: Vec<Segment>,
}

/// The segment being written.
struct OpenFile {
    file: Box<dyn DiskFile>,
    segment: Segment,
    index: Vec<BlockEntry>,
    /// Where the first byte of the pass's buffer goes.
    written: u64,
}

impl<'a> SegmentWriter<'a> {
    /// A writer of about `bytes` that goes on with the stream's open segment.
    pub(crate) fn new(
        shared: &'a Shared,
        incarnation: Incarnation,
        active: Option<Arc<Segment>>,
        next_segment: u64,
        bytes: usize,
    ) -> Self {
        Self { shared, incarnation, active, next_segment, left: bytes, open: None, done: Vec::new() }
    }

    /// Adds a block of a partition; a full segment is closed first.
    pub(crate) fn add(
        &mut self,
        buf: &mut AlignedBuf,
        unsynced: &mut Unsynced,
        partition: u32,
        runs: &[SettleRun],
    ) -> io::Result<()> {
        if self.open.as_ref().is_some_and(|open| open.end(buf) >= self.shared.config.segment_bytes) {
            self.close(buf, unsynced)?;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin(buf, unsynced)?,
        };
        let id = self.id(&open.segment);
        self.left = self.left.saturating_sub(open.add(buf, id, partition, runs)?);
        self.open = Some(open);
        Ok(())
    }

    /// The new values of all segments that were written.
    pub(crate) fn finish(
        mut self,
        buf: &mut AlignedBuf,
        unsynced: &mut Unsynced,
    ) -> io::Result<Vec<Segment>> {
        self.close(buf, unsynced)?;
        Ok(self.done)
    }

    fn id(&self, segment: &Segment) -> SegmentId {
        SegmentId { incarnation: self.incarnation, id: segment.id }
    }

    /// Goes on with the open segment, or begins a new one where there is none or it is too old.
    fn begin(&mut self, buf: &mut AlignedBuf, unsynced: &mut Unsynced) -> io::Result<OpenFile> {
        let age_ms = self.shared.config.segment_age.as_millis() as i64;
        let now_ms = self.shared.clock.now_ms();
        let segment = match self.active.take() {
            Some(old) if now_ms.saturating_sub(old.first_arrival_ms) >= age_ms => {
                let index = read_index(self.shared, self.id(&old), &old)?;
                self.done.push(self.seal(Segment::clone(&old), &index)?);
                Segment::empty(self.next_segment)
            }
            Some(active) => Segment::clone(&active),
            None => Segment::empty(self.next_segment),
        };
        self.next_segment = self.next_segment.max(segment.id + 1);
        buf.clear();
        self.open_file(segment, unsynced)
    }

    fn open_file(&self, segment: Segment, unsynced: &mut Unsynced) -> io::Result<OpenFile> {
        let (shared, id) = (self.shared, self.id(&segment));
        if segment.length == 0 {
            let folder = shared.layout.stream(self.incarnation);
            shared.disk.create_dir(&folder)?;
            unsynced.folders.extend([folder, shared.layout.segments()]);
        }
        let file = shared.disk.open(&shared.layout.segment(id), Access::Direct)?;
        let room = shared.config.segment_bytes.saturating_sub(segment.length).min(self.left as u64);
        if room >= ALLOCATE_BYTES {
            file.allocate(segment.length, room.next_multiple_of(BLOCK))?;
        }
        let index = read_index(shared, id, &segment)?;
        Ok(OpenFile { file, written: segment.length, segment, index })
    }

    /// Writes what is left of the current segment.
    fn close(&mut self, buf: &mut AlignedBuf, unsynced: &mut Unsynced) -> io::Result<()> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        buf.pad();
        open.flush(buf)?;
        unsynced.files.push(open.file);
        index::sort(&mut open.index);
        open.segment.length = open.written;
        metrics::counter!("tidemill_log_settled_segments_total").increment(1);
        let segment = if open.written >= self.shared.config.segment_bytes {
            self.seal(open.segment, &open.index)?
        } else {
            Segment { index: Some(Arc::new(open.index)), ..open.segment }
        };
        self.done.push(segment);
        Ok(())
    }

    /// The segment as closed, with its index on disk.
    fn seal(&self, segment: Segment, index: &[BlockEntry]) -> io::Result<Segment> {
        let id = self.id(&segment);
        match index::save(&*self.shared.disk, &self.shared.layout, id, segment.length, index) {
            Err(error) if is_full(&error) => {
                tracing::warn!(%error, "an index could not be saved; it is found again when needed");
            }
            other => other?,
        }
        Ok(Segment { sealed: true, index: None, ..segment })
    }
}

impl OpenFile {
    /// Where the next block goes.
    fn end(&self, buf: &AlignedBuf) -> u64 {
        self.written + buf.len() as u64
    }

    /// Adds a block and returns how many bytes of records it has.
    fn add(
        &mut self,
        buf: &mut AlignedBuf,
        id: SegmentId,
        partition: u32,
        runs: &[SettleRun],
    ) -> io::Result<usize> {
        let (head, entry) = block::encode_head(id, partition, self.end(buf), runs);
        buf.extend(&head);
        runs.iter().for_each(|r| buf.extend(&r.run.body));
        self.segment.add(&entry, runs.iter().map(|r| r.run.arrival_ms).min().unwrap_or(i64::MAX));
        self.index.push(entry);
        if buf.len() >= WRITE_BYTES {
            self.flush(buf)?;
        }
        Ok((entry.length - entry.table) as usize)
    }

    /// Writes the whole 4096-byte blocks of the buffer.
    fn flush(&mut self, buf: &mut AlignedBuf) -> io::Result<()> {
        let whole = buf.len() / BLOCK as usize * BLOCK as usize;
        self.file.write_at(&buf.bytes()[..whole], self.written)?;
        buf.consume(whole);
        self.written += whole as u64;
        Ok(())
    }
}

/// The blocks of a segment that is still being written.
fn read_index(shared: &Shared, id: SegmentId, segment: &Segment) -> io::Result<Vec<BlockEntry>> {
    match &segment.index {
        Some(index) => Ok(index.to_vec()),
        None => {
            let file = shared.disk.open(&shared.layout.segment(id), Access::Read)?;
            index::scan(&*file, id, segment.length)
        }
    }
}
