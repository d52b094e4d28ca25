//! A segment's index: read from its .idx file, or found again by walking the block headers.

use super::block::{BLOCK_HEADER, BLOCK_MAGIC, BlockEntry, SegmentId, decode_head, table_length};
use super::codec::{Fields, Reader, open_header};
use super::device::{Access, Disk, DiskFile};
use super::manifest::read_whole;
use super::segment::{Layout, Segment};
use std::io;

const MAGIC: &[u8; 4] = b"TMI1";
const ENTRY: usize = 48;
/// Bytes looked at at once while searching for a block.
const WINDOW: usize = 64 << 10;

/// The bytes of an index file.
pub(crate) fn encode(segment: SegmentId, length: u64, entries: &[BlockEntry]) -> Vec<u8> {
    let mut f = Fields::header(MAGIC, 48 + entries.len() * ENTRY);
    f.u64(segment.id).u64(length).u128(segment.incarnation.0).u64(entries.len() as u64);
    for e in entries {
        f.u32(e.partition).u32(e.count).u64(e.first).u64(e.offset).u32(e.length).u32(e.table);
        f.i64(e.last_arrival_ms).i64(e.time_max_ms);
    }
    f.seal()
}

/// Reads an index file of this segment; `None` if it is another's, older or damaged.
pub(crate) fn decode(bytes: &[u8], segment: SegmentId, length: u64) -> Option<Vec<BlockEntry>> {
    let (mut r, _) = open_header(bytes, MAGIC)?;
    let ours = r.u64()? == segment.id && r.u64()? == length && r.u128()? == segment.incarnation.0;
    let count = usize::try_from(r.u64()?).ok()?;
    if !ours || count.checked_mul(ENTRY)? != r.0.len() {
        return None;
    }
    (0..count).map(|_| decode_entry(&mut r)).collect()
}

fn decode_entry(r: &mut Reader<'_>) -> Option<BlockEntry> {
    Some(BlockEntry {
        partition: r.u32()?,
        count: r.u32()?,
        first: r.u64()?,
        offset: r.u64()?,
        length: r.u32()?,
        table: r.u32()?,
        last_arrival_ms: r.i64()?,
        time_max_ms: r.i64()?,
    })
}

/// Writes the index of a sealed segment. Not synced: a lost one is found again from the blocks.
pub(crate) fn save(
    disk: &dyn Disk,
    layout: &Layout,
    id: SegmentId,
    length: u64,
    entries: &[BlockEntry],
) -> io::Result<()> {
    let path = layout.index(id);
    disk.remove(&path)?;
    disk.open(&path, Access::Cached)?.write_at(&encode(id, length, entries), 0)
}

/// The index of a segment, ordered by partition and number.
pub(crate) fn load(
    disk: &dyn Disk,
    layout: &Layout,
    id: SegmentId,
    segment: &Segment,
    file: &dyn DiskFile,
) -> io::Result<Vec<BlockEntry>> {
    if segment.sealed {
        let saved = read_whole(disk, &layout.index(id))?;
        if let Some(entries) = saved.and_then(|bytes| decode(&bytes, id, segment.length)) {
            return Ok(entries);
        }
    }
    let entries = scan(file, id, segment.length)?;
    if segment.sealed {
        tracing::warn!(file = %layout.name(&layout.index(id)), "a lost index was found again");
        if let Err(error) = save(disk, layout, id, segment.length, &entries) {
            tracing::warn!(%error, "the index could not be saved");
        }
    }
    Ok(entries)
}

/// Walks the block headers in the first `length` bytes. Where one is damaged the search goes on for the
/// next whole one, so that only the damaged block is missing.
pub(crate) fn scan(file: &dyn DiskFile, id: SegmentId, length: u64) -> io::Result<Vec<BlockEntry>> {
    let (mut entries, mut at) = (Vec::new(), 0);
    while at < length {
        match head_at(file, id, at, length)? {
            Some(entry) => {
                at += u64::from(entry.length);
                entries.push(entry);
            }
            None => match find_magic(file, at + 1, length)? {
                Some(found) => at = found,
                None => break,
            },
        }
    }
    sort(&mut entries);
    Ok(entries)
}

/// Orders entries by partition and number.
pub(crate) fn sort(entries: &mut [BlockEntry]) {
    entries.sort_by_key(|e| (e.partition, e.first));
}

fn head_at(file: &dyn DiskFile, id: SegmentId, at: u64, length: u64) -> io::Result<Option<BlockEntry>> {
    let mut head = vec![0; BLOCK_HEADER];
    let read = file.read_at(&mut head, at)?;
    let Some(table) = table_length(&head[..read]).filter(|t| at + *t as u64 <= length) else {
        return Ok(None);
    };
    head.resize(table, 0);
    let read = file.read_at(&mut head, at)?;
    let entry = (read == table).then(|| decode_head(&head, id, at)).flatten();
    Ok(entry.filter(|e| at + u64::from(e.length) <= length))
}

fn find_magic(file: &dyn DiskFile, mut at: u64, length: u64) -> io::Result<Option<u64>> {
    let mut window = vec![0; WINDOW];
    while at < length {
        let want = (length - at).min(WINDOW as u64) as usize;
        let read = file.read_at(&mut window[..want], at)?;
        if let Some(found) = window[..read].windows(4).position(|w| w == BLOCK_MAGIC) {
            return Ok(Some(at + found as u64));
        }
        // Windows overlap by three bytes: the magic may lie across their border.
        match read.checked_sub(3).filter(|step| *step > 0) {
            Some(step) => at += step as u64,
            None => break,
        }
    }
    Ok(None)
}
