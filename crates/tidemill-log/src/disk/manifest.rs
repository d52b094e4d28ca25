//! The log manifest: what is in segments, kept in two checksummed copies. Layout in `docs/formats.md`.

use super::codec::{Fields, Reader, open_header};
use super::device::{Access, Disk};
use super::frame::RingPos;
use super::segment::{Layout, Range, Segment};
use super::state::{Partition, State, Stream};
use std::io;
use std::sync::Arc;
use tidemill_model::Incarnation;

const MAGIC: &[u8; 4] = b"TMM1";
const LENGTH_AT: usize = 16;
const SEALED: u32 = 1;

/// The journal ring's shape, fixed when the log is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingShape {
    pub(crate) files: u32,
    pub(crate) file_bytes: u64,
}

/// The bytes of a manifest.
pub(crate) fn encode(sequence: u64, shape: RingShape, state: &State) -> Vec<u8> {
    let mut f = Fields::header(MAGIC, 4096);
    f.u64(sequence).u64(0).u32(shape.files).u64(shape.file_bytes);
    let RingPos { slot, generation, offset, next_group, prev_crc } = state.settled;
    f.u32(slot).u64(generation).u64(offset).u64(next_group).u32(prev_crc).u64(state.end.next_group);
    f.u32(state.streams.len() as u32);
    for (incarnation, stream) in &state.streams {
        f.u128(incarnation.0).u64(stream.created_group).u64(stream.next_segment);
        f.u32(stream.partitions.len() as u32);
        for p in &stream.partitions {
            f.u64(p.earliest).u64(p.held).u64(p.settled).i64(p.last_arrival_ms);
        }
        f.u32(stream.segments.len() as u32);
        stream.segments.iter().for_each(|segment| encode_segment(&mut f, segment));
    }
    let length = f.0.len() as u64;
    f.0[LENGTH_AT..LENGTH_AT + 8].copy_from_slice(&length.to_le_bytes());
    f.seal()
}

fn encode_segment(f: &mut Fields, segment: &Segment) {
    f.u64(segment.id).u64(segment.length).u32(if segment.sealed { SEALED } else { 0 });
    f.i64(segment.first_arrival_ms).i64(segment.last_arrival_ms).i64(segment.time_max_ms);
    f.u32(segment.ranges.len() as u32);
    for range in &segment.ranges {
        f.u32(range.partition).u64(range.first).u64(range.next);
    }
}

/// Reads a manifest: its sequence, the ring's shape and the state; `None` if it is damaged. The state's
/// `next_group` is what the journal must reach: all before it was durable when the manifest was written.
pub(crate) fn decode(bytes: &[u8]) -> Option<(u64, RingShape, State)> {
    let length = Reader(bytes.get(LENGTH_AT..LENGTH_AT + 8)?).u64()?;
    let (mut r, _) = open_header(bytes.get(..usize::try_from(length).ok()?)?, MAGIC)?;
    let (sequence, _, files, file_bytes) = (r.u64()?, r.u64()?, r.u32()?, r.u64()?);
    let settled = RingPos {
        slot: r.u32()?,
        generation: r.u64()?,
        offset: r.u64()?,
        next_group: r.u64()?,
        prev_crc: r.u32()?,
    };
    let mut state = State::at(settled);
    state.next_group = r.u64()?;
    for _ in 0..r.u32()? {
        let incarnation = Incarnation(r.u128()?);
        state.streams.insert(incarnation, decode_stream(&mut r)?);
    }
    r.0.is_empty().then_some((sequence, RingShape { files, file_bytes }, state))
}

fn decode_stream(r: &mut Reader<'_>) -> Option<Stream> {
    let mut stream = Stream { created_group: r.u64()?, next_segment: r.u64()?, ..Stream::default() };
    for _ in 0..r.u32()? {
        let (earliest, held, next, last_arrival_ms) = (r.u64()?, r.u64()?, r.u64()?, r.i64()?);
        stream.partitions.push(Partition {
            earliest,
            held,
            next,
            assigned: next,
            settled: next,
            last_arrival_ms,
            ..Partition::default()
        });
    }
    stream.open_partitions = stream.partitions.len();
    for _ in 0..r.u32()? {
        stream.segments.push(Arc::new(decode_segment(r)?));
    }
    Some(stream)
}

fn decode_segment(r: &mut Reader<'_>) -> Option<Segment> {
    let mut segment = Segment {
        id: r.u64()?,
        length: r.u64()?,
        sealed: r.u32()? & SEALED != 0,
        first_arrival_ms: r.i64()?,
        last_arrival_ms: r.i64()?,
        time_max_ms: r.i64()?,
        ranges: Vec::new(),
        index: None,
    };
    for _ in 0..r.u32()? {
        segment.ranges.push(Range { partition: r.u32()?, first: r.u64()?, next: r.u64()? });
    }
    Some(segment)
}

/// The two copies on disk.
#[derive(Debug)]
pub(crate) struct ManifestFiles {
    layout: Layout,
    sequence: u64,
    shape: RingShape,
    /// Whether the last commit failed: the state in memory may be ahead of the disk.
    pub(crate) dirty: bool,
}

/// What was found at start.
pub(crate) enum Found {
    /// Neither copy is there.
    Nothing,
    /// The newest whole copy; `stale` if the other one is damaged, missing or older.
    Manifest { files: ManifestFiles, shape: RingShape, state: Box<State>, stale: bool },
    /// There are copies, none is whole.
    Damaged,
}

impl ManifestFiles {
    /// The files of a new log.
    pub(crate) fn create(layout: &Layout, shape: RingShape) -> Self {
        Self { layout: layout.clone(), sequence: 0, shape, dirty: false }
    }

    /// Reads both copies and takes the newest whole one.
    pub(crate) fn load(disk: &dyn Disk, layout: &Layout) -> io::Result<Found> {
        let (mut copies, mut present) = (Vec::new(), false);
        for copy in ['a', 'b'] {
            let bytes = read_whole(disk, &layout.manifest(copy))?;
            present |= bytes.is_some();
            copies.extend(bytes.and_then(|bytes| decode(&bytes)));
        }
        let stale = copies.len() < 2 || copies[0].0 != copies[1].0;
        Ok(match copies.into_iter().max_by_key(|(sequence, _, _)| *sequence) {
            Some((sequence, shape, state)) => {
                let files = Self { layout: layout.clone(), sequence, shape, dirty: false };
                Found::Manifest { files, shape, state: Box::new(state), stale }
            }
            None if present => Found::Damaged,
            None => Found::Nothing,
        })
    }

    /// Writes the state to both copies, one after the other: one of them is whole at any time.
    pub(crate) fn commit(
        &mut self,
        disk: &dyn Disk,
        bytes: impl FnOnce(u64, RingShape) -> Vec<u8>,
    ) -> io::Result<()> {
        self.dirty = true;
        self.sequence += 1;
        let bytes = bytes(self.sequence, self.shape);
        for copy in ['a', 'b'] {
            let file = disk.open(&self.layout.manifest(copy), Access::Cached)?;
            let is_new = file.size()? == 0;
            file.write_at(&bytes, 0)?;
            file.sync()?;
            if is_new {
                disk.sync_dir(&self.layout.0)?;
            }
        }
        self.dirty = false;
        Ok(())
    }
}

/// A whole file's bytes; `None` if it is missing or empty.
pub(crate) fn read_whole(disk: &dyn Disk, path: &std::path::Path) -> io::Result<Option<Vec<u8>>> {
    let file = match disk.open(path, Access::Read) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = vec![0; file.size()? as usize];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok((!bytes.is_empty()).then_some(bytes))
}
