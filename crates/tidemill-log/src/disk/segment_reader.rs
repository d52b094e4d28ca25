//! Reads from one segment: its index, its blocks, neighbouring blocks at once.

use super::block::{BlockEntry, SegmentId, decode_runs};
use super::cache::OpenSegment;
use super::device::Access;
use super::index;
use super::segment::Segment;
use super::shared::Shared;
use crate::chunk::Run;
use crate::page::PageBuilder;
use crate::store::ReadError;
use bytes::Bytes;
use std::sync::Arc;

/// Bytes read at once at most where a page wants neighbouring blocks: 64 KiB reads take four times as long.
const SPAN: u64 = 1 << 20;

/// Opens a segment with its index, or takes it from the cache.
pub(crate) fn open(shared: &Shared, id: SegmentId, segment: &Segment) -> Result<Arc<OpenSegment>, ReadError> {
    if let Some(open) = shared.readers.segment(id, segment.length) {
        return Ok(open);
    }
    let file = shared.disk.open(&shared.layout.segment(id), Access::Read)?;
    let index = match &segment.index {
        Some(index) => Arc::clone(index),
        None => Arc::new(index::load(&*shared.disk, &shared.layout, id, segment, &*file)?),
    };
    let open = Arc::new(OpenSegment { file, length: segment.length, index });
    shared.readers.keep_segment(id, &open);
    Ok(open)
}

/// The blocks of a partition that hold number `from` or later ones.
pub(crate) fn blocks_from(index: &[BlockEntry], partition: u32, from: u64) -> &[BlockEntry] {
    let start = index.partition_point(|e| (e.partition, e.end()) <= (partition, from));
    let rest = &index[start..];
    &rest[..rest.partition_point(|e| e.partition == partition)]
}

/// Adds the records of a partition from the page's position on, to the end of the segment or the page.
pub(crate) fn read_segment(
    shared: &Shared,
    id: SegmentId,
    segment: &Segment,
    partition: u32,
    page: &mut PageBuilder,
) -> Result<(), ReadError> {
    let open = open(shared, id, segment)?;
    let mut blocks = blocks_from(&open.index, partition, page.next());
    while let Some((entry, rest)) = blocks.split_first()
        && !page.is_full()
    {
        if entry.first > page.next() {
            return Err(lost(shared, id, page.next()));
        }
        if shared.readers.block(id, entry.offset).is_none() {
            read_ahead(shared, id, &open, blocks, page.room())?;
        }
        for run in block(shared, id, &open, entry)?.iter() {
            page.push(run);
        }
        if page.next() < entry.end() && !page.is_full() {
            return Err(lost(shared, id, page.next()));
        }
        blocks = rest;
    }
    let end = segment.range(partition).map_or(0, |r| r.next);
    if page.next() < end && !page.is_full() { Err(lost(shared, id, page.next())) } else { Ok(()) }
}

fn lost(shared: &Shared, id: SegmentId, record: u64) -> ReadError {
    let name = shared.layout.name(&shared.layout.segment(id));
    ReadError::Damaged(format!("{name}: the block with record {record} is lost"))
}

/// Reads the blocks behind one another that a page with `room` bytes wants, and keeps them in the cache.
/// Damaged ones are left out: they are met when their turn comes.
fn read_ahead(
    shared: &Shared,
    id: SegmentId,
    open: &OpenSegment,
    blocks: &[BlockEntry],
    room: usize,
) -> Result<(), ReadError> {
    let wanted = SPAN.min(room as u64).min(shared.config.block_cache_bytes as u64 / 2);
    let Some(first) = blocks.first() else { return Ok(()) };
    let (mut count, mut end) = (0, first.offset);
    for entry in blocks {
        let behind = entry.offset == end && entry.offset + u64::from(entry.length) <= open.length;
        if !behind || (count > 0 && end - first.offset >= wanted) {
            break;
        }
        end += u64::from(entry.length);
        count += 1;
    }
    if count < 2 {
        return Ok(());
    }
    let mut bytes = vec![0; (end - first.offset) as usize];
    let read = open.file.read_at(&mut bytes, first.offset)?;
    bytes.truncate(read);
    let bytes = Bytes::from(bytes);
    for entry in &blocks[..count] {
        let at = (entry.offset - first.offset) as usize;
        let Some(part) = bytes.get(at..at + entry.length as usize) else { break };
        if let Ok(runs) = decode_runs(&bytes.slice_ref(part), id, entry) {
            shared.readers.keep_block(id, entry.offset, part.len(), &Arc::new(runs));
        }
    }
    Ok(())
}

/// The checked runs of a block.
pub(crate) fn block(
    shared: &Shared,
    id: SegmentId,
    open: &OpenSegment,
    entry: &BlockEntry,
) -> Result<Arc<Vec<Run>>, ReadError> {
    if let Some(runs) = shared.readers.block(id, entry.offset) {
        return Ok(runs);
    }
    // An index entry that points beyond the file must not size a buffer.
    if entry.offset + u64::from(entry.length) > open.length {
        return Err(lost(shared, id, entry.first));
    }
    let mut bytes = vec![0; entry.length as usize];
    let read = open.file.read_at(&mut bytes, entry.offset)?;
    bytes.truncate(read);
    let length = bytes.len();
    let runs = decode_runs(&Bytes::from(bytes), id, entry).map_err(|what| {
        let name = shared.layout.name(&shared.layout.segment(id));
        ReadError::Damaged(format!("{name} at offset {}: {what} does not match its checksum", entry.offset))
    })?;
    let runs = Arc::new(runs);
    shared.readers.keep_block(id, entry.offset, length, &runs);
    Ok(runs)
}
