//! The settler: moves durable records from memory into segment files, so that ring files can be reused.

use super::aligned::AlignedBuf;
use super::block::{self, BlockEntry, RUN_ENTRY, RUNS_MAX, SegmentId, SettleRun};
use super::device::{Access, DiskFile, is_full};
use super::frame::RingPos;
use super::index;
use super::segment::Segment;
use super::shared::Shared;
use super::state::State;
use std::io;
use std::sync::Arc;
use tidemill_model::Incarnation;

/// Bytes collected before they are written.
const WRITE_BYTES: usize = 1 << 20;

/// What one pass moves: everything durable when it begins.
struct Work {
    end: RingPos,
    bytes: usize,
    streams: Vec<StreamWork>,
}

struct StreamWork {
    incarnation: Incarnation,
    active: Option<Arc<Segment>>,
    next_segment: u64,
    /// Per partition: its index, where its records end, the records.
    partitions: Vec<(u32, u64, Vec<SettleRun>)>,
}

/// What became of a stream's records: new values of its last segments.
struct Settled {
    incarnation: Incarnation,
    segments: Vec<Segment>,
    upto: Vec<(u32, u64)>,
}

/// Works until it is closed.
pub(crate) fn run(shared: &Shared) {
    super::sweep::remove_orphans(shared);
    while shared.kick.wait() {
        if shared.state.read().stopped.is_none() {
            pass(shared);
        }
    }
}

/// Moves everything that is durable now. A full disk leaves all as it was; any other failure stops the log.
pub(crate) fn pass(shared: &Shared) {
    let mut buf = shared.pass.lock();
    let (work, same_file) = {
        let state = shared.state.read();
        (collect(&state), state.end.slot == state.settled.slot)
    };
    if work.streams.is_empty() && same_file && !shared.manifest.lock().dirty {
        return;
    }
    shared.note_space(work.bytes as u64);
    let mut settled = Vec::with_capacity(work.streams.len());
    for stream in work.streams {
        match settle_stream(shared, stream, &mut buf) {
            Ok(done) => settled.push(done),
            Err(error) => {
                shared.failed("writing a segment", error);
                return;
            }
        }
    }
    apply(&mut shared.state.write(), work.end, &settled);
    // Why it failed is dealt with; the records stay in memory until a commit succeeds.
    if shared.commit().is_ok() {
        release(&mut shared.state.write());
    }
}

fn collect(state: &State) -> Work {
    let mut work = Work { end: state.end, bytes: 0, streams: Vec::new() };
    for (incarnation, stream) in &state.streams {
        let mut partitions = Vec::new();
        for (index, p) in (0u32..).zip(&stream.partitions) {
            if p.settled == p.next {
                continue;
            }
            let start = p.tail.partition_point(|r| r.end() <= p.settled);
            let runs: Vec<_> = p.tail.range(start..).map(|r| r.to_settle()).collect();
            work.bytes += runs.iter().map(|r| r.run.body.len()).sum::<usize>();
            partitions.push((index, p.next, runs));
        }
        if !partitions.is_empty() {
            let active = stream.segments.last().filter(|s| !s.sealed).cloned();
            let (incarnation, next_segment) = (*incarnation, stream.next_segment);
            work.streams.push(StreamWork { incarnation, active, next_segment, partitions });
        }
    }
    work
}

fn settle_stream(shared: &Shared, mut work: StreamWork, buf: &mut AlignedBuf) -> io::Result<Settled> {
    let upto = work.partitions.iter().map(|(p, next, _)| (*p, *next)).collect();
    let partitions = std::mem::take(&mut work.partitions);
    let mut left: usize = partitions.iter().flat_map(|(_, _, runs)| runs).map(|r| r.run.body.len()).sum();
    let mut segments = Vec::new();
    let mut writer: Option<SegmentWriter<'_>> = None;
    for (partition, _, runs) in partitions {
        for block in cut_blocks(runs, shared.config.block_bytes)? {
            let mut open = match writer.take() {
                Some(open) if open.end(buf) < shared.config.segment_bytes => open,
                Some(full) => {
                    segments.push(full.finish(buf, true)?);
                    SegmentWriter::begin(shared, &mut work, left, buf, &mut segments)?
                }
                None => SegmentWriter::begin(shared, &mut work, left, buf, &mut segments)?,
            };
            left -= open.add(buf, partition, &block)?;
            writer = Some(open);
        }
    }
    if let Some(open) = writer {
        let full = open.end(buf) >= shared.config.segment_bytes;
        segments.push(open.finish(buf, full)?);
    }
    Ok(Settled { incarnation: work.incarnation, segments, upto })
}

/// Groups runs into blocks of about `target` bytes.
fn cut_blocks(runs: Vec<SettleRun>, target: usize) -> io::Result<Vec<Vec<SettleRun>>> {
    let (mut blocks, mut block, mut bytes) = (Vec::new(), Vec::new(), 0);
    for run in runs {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "records changed in memory");
        for piece in block::split_run(run, target).ok_or_else(damaged)? {
            let length = piece.run.body.len() + RUN_ENTRY;
            if !block.is_empty() && (bytes + length > target + target / 2 || block.len() == RUNS_MAX) {
                blocks.push(std::mem::take(&mut block));
                bytes = 0;
            }
            bytes += length;
            block.push(piece);
        }
    }
    if !block.is_empty() {
        blocks.push(block);
    }
    Ok(blocks)
}

/// Appends blocks to one segment file.
struct SegmentWriter<'a> {
    shared: &'a Shared,
    id: SegmentId,
    file: Box<dyn DiskFile>,
    segment: Segment,
    index: Vec<BlockEntry>,
    /// Where the first byte of the pass's buffer goes.
    written: u64,
}

impl<'a> SegmentWriter<'a> {
    /// Goes on with the stream's open segment, or begins a new one where there is none or it is too old.
    fn begin(
        shared: &'a Shared,
        work: &mut StreamWork,
        bytes: usize,
        buf: &mut AlignedBuf,
        segments: &mut Vec<Segment>,
    ) -> io::Result<Self> {
        let age_ms = shared.config.segment_age.as_millis() as i64;
        let old = |s: &Segment| shared.clock.now_ms().saturating_sub(s.first_arrival_ms) >= age_ms;
        let segment = match work.active.take() {
            Some(active) if old(&active) => {
                segments.push(seal(shared, work.incarnation, &active)?);
                Segment::empty(work.next_segment)
            }
            Some(active) => Segment::clone(&active),
            None => Segment::empty(work.next_segment),
        };
        work.next_segment = work.next_segment.max(segment.id + 1);
        Self::open(shared, SegmentId { incarnation: work.incarnation, id: segment.id }, segment, bytes, buf)
    }

    fn open(
        shared: &'a Shared,
        id: SegmentId,
        segment: Segment,
        bytes: usize,
        buf: &mut AlignedBuf,
    ) -> io::Result<Self> {
        let (disk, layout) = (&*shared.disk, &shared.layout);
        if segment.length == 0 {
            disk.create_dir(&layout.stream(id.incarnation))?;
        }
        let file = disk.open(&layout.segment(id), Access::Direct)?;
        if segment.length == 0 {
            disk.sync_dir(&layout.segments())?;
            disk.sync_dir(&layout.stream(id.incarnation))?;
        }
        let room = shared.config.segment_bytes.saturating_sub(segment.length).min(bytes as u64);
        if room > 0 {
            file.allocate(segment.length, room.next_multiple_of(super::BLOCK))?;
        }
        let index = read_index(shared, id, &segment)?;
        buf.clear();
        let written = segment.length;
        Ok(Self { shared, id, file, segment, index, written })
    }

    /// Where the next block goes.
    fn end(&self, buf: &AlignedBuf) -> u64 {
        self.written + buf.len() as u64
    }

    /// Adds a block and returns how many bytes of records it has.
    fn add(&mut self, buf: &mut AlignedBuf, partition: u32, runs: &[SettleRun]) -> io::Result<usize> {
        let (head, entry) = block::encode_head(self.id, partition, self.end(buf), runs);
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
        let whole = buf.len() / super::BLOCK as usize * super::BLOCK as usize;
        self.file.write_at(&buf.bytes()[..whole], self.written)?;
        buf.consume(whole);
        self.written += whole as u64;
        Ok(())
    }

    /// Makes everything durable.
    fn finish(mut self, buf: &mut AlignedBuf, sealed: bool) -> io::Result<Segment> {
        buf.pad();
        self.flush(buf)?;
        self.file.sync()?;
        index::sort(&mut self.index);
        self.segment.length = self.written;
        self.segment.index = Some(Arc::new(self.index));
        metrics::counter!("tidemill_log_settled_segments_total").increment(1);
        if sealed { seal(self.shared, self.id.incarnation, &self.segment) } else { Ok(self.segment) }
    }
}

fn read_index(shared: &Shared, id: SegmentId, segment: &Segment) -> io::Result<Vec<BlockEntry>> {
    match &segment.index {
        Some(index) => Ok(index.to_vec()),
        None => {
            let file = shared.disk.open(&shared.layout.segment(id), Access::Read)?;
            index::scan(&*file, id, segment.length)
        }
    }
}

/// The segment as closed, with its index on disk.
fn seal(shared: &Shared, incarnation: Incarnation, segment: &Segment) -> io::Result<Segment> {
    let id = SegmentId { incarnation, id: segment.id };
    let index = read_index(shared, id, segment)?;
    if let Err(error) = index::save(&*shared.disk, &shared.layout, id, segment.length, &index) {
        if !is_full(&error) {
            return Err(error);
        }
        tracing::warn!(%error, "an index could not be saved; it is found again when needed");
    }
    Ok(Segment { sealed: true, index: None, ..segment.clone() })
}

/// Takes the settled records into the state; they stay in memory until that is durable.
fn apply(state: &mut State, end: RingPos, settled: &[Settled]) {
    state.settled = end;
    for done in settled {
        let Some(stream) = state.streams.get_mut(&done.incarnation) else { continue };
        for segment in &done.segments {
            stream.next_segment = stream.next_segment.max(segment.id + 1);
            let new = Arc::new(segment.clone());
            match stream.segments.iter_mut().find(|s| s.id == segment.id) {
                Some(old) => *old = new,
                None => stream.segments.push(new),
            }
        }
        for (partition, upto) in &done.upto {
            if let Some(p) = stream.partitions.get_mut(*partition as usize) {
                p.settled = *upto;
            }
        }
    }
}

/// Lets the settled records go from memory: the manifest names their segments now.
fn release(state: &mut State) {
    let partitions = state.streams.values_mut().flat_map(|s| &mut s.partitions);
    let freed: usize = partitions.map(|p| p.drop_tail(p.settled)).sum();
    state.unsettled -= freed;
}
