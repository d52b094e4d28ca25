//! Blocks: how settled records lie in a segment file. Layout in `docs/formats.md`.

use super::codec::{Fields, Reader, open_header};
use crate::chunk::Run;
use bytes::Bytes;
use tidemill_model::Incarnation;

/// Bytes of a block's header; its run table and the bodies follow.
pub(crate) const BLOCK_HEADER: usize = 80;
/// Bytes of an entry of the run table.
pub(crate) const RUN_ENTRY: usize = 32;
/// Magic of a block.
pub(crate) const BLOCK_MAGIC: &[u8; 4] = b"TMB1";
/// Most runs one block holds; bounds what a damaged count can ask for.
pub(crate) const RUNS_MAX: usize = 4096;

/// Records that arrived together, on their way into a block.
#[derive(Clone, Debug)]
pub(crate) struct SettleRun {
    pub(crate) run: Run,
    pub(crate) crc: u32,
    /// Largest record time: the producer's, or the arrival where it sent none.
    pub(crate) time_max_ms: i64,
}

/// Where a block is and what it holds: an entry of a segment's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockEntry {
    pub(crate) partition: u32,
    pub(crate) count: u32,
    pub(crate) first: u64,
    pub(crate) offset: u64,
    /// Bytes of the whole block.
    pub(crate) length: u32,
    /// Bytes of the header with its run table.
    pub(crate) table: u32,
    pub(crate) last_arrival_ms: i64,
    pub(crate) time_max_ms: i64,
}

impl BlockEntry {
    /// The number behind the last record.
    pub(crate) fn end(&self) -> u64 {
        self.first.saturating_add(u64::from(self.count))
    }
}

/// Which file a block must belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentId {
    pub(crate) incarnation: Incarnation,
    pub(crate) id: u64,
}

/// The header and run table of a block of these runs at `offset`, with its index entry. Runs are
/// consecutive, at least one and at most [`RUNS_MAX`].
pub(crate) fn encode_head(
    segment: SegmentId,
    partition: u32,
    offset: u64,
    runs: &[SettleRun],
) -> (Vec<u8>, BlockEntry) {
    let body: usize = runs.iter().map(|r| r.run.body.len()).sum();
    let table = BLOCK_HEADER + runs.len() * RUN_ENTRY;
    let entry = BlockEntry {
        partition,
        count: runs.iter().map(|r| r.run.count).sum(),
        first: runs.first().map_or(0, |r| r.run.first),
        offset,
        length: (table + body) as u32,
        table: table as u32,
        last_arrival_ms: runs.iter().map(|r| r.run.arrival_ms).max().unwrap_or(0),
        time_max_ms: runs.iter().map(|r| r.time_max_ms).max().unwrap_or(0),
    };
    let mut f = Fields::header(BLOCK_MAGIC, table);
    f.u64(segment.id).u64(offset).u128(segment.incarnation.0).u32(partition).u32(runs.len() as u32);
    f.u64(entry.first).u32(entry.count).u32(body as u32).i64(entry.last_arrival_ms).i64(entry.time_max_ms);
    for SettleRun { run, crc, time_max_ms } in runs {
        f.u32(run.count).u32(run.body.len() as u32).u32(*crc).u32(0).i64(run.arrival_ms).i64(*time_max_ms);
    }
    (f.seal(), entry)
}

/// How many bytes header and run table take, from the first [`BLOCK_HEADER`] bytes; unchecked.
pub(crate) fn table_length(header: &[u8]) -> Option<usize> {
    let mut r = Reader(header.get(..BLOCK_HEADER)?);
    let magic = r.take(4)?;
    r.take(4 + 8 + 8 + 16 + 4)?;
    let runs = r.u32()? as usize;
    (magic == BLOCK_MAGIC && (1..=RUNS_MAX).contains(&runs)).then_some(BLOCK_HEADER + runs * RUN_ENTRY)
}

/// Checks header and run table and gives the index entry; `None` if damaged or not at its place.
pub(crate) fn decode_head(head: &[u8], segment: SegmentId, offset: u64) -> Option<BlockEntry> {
    let (mut r, _) = open_header(head, BLOCK_MAGIC)?;
    let here = r.u64()? == segment.id && r.u64()? == offset && r.u128()? == segment.incarnation.0;
    let (partition, runs) = (r.u32()?, r.u32()? as usize);
    let (first, count, body) = (r.u64()?, r.u32()?, r.u32()?);
    let (last_arrival_ms, time_max_ms) = (r.i64()?, r.i64()?);
    let table = head.len() as u32;
    let length = table.checked_add(body)?;
    let entry = BlockEntry { partition, count, first, offset, length, table, last_arrival_ms, time_max_ms };
    (here && head.len() == BLOCK_HEADER + runs * RUN_ENTRY).then_some(entry)
}

/// The runs of a whole block. `Err` says what is damaged; nothing of the block is to be used then.
pub(crate) fn decode_runs(
    bytes: &Bytes,
    segment: SegmentId,
    entry: &BlockEntry,
) -> Result<Vec<Run>, &'static str> {
    let head = bytes.get(..entry.table as usize).ok_or("the block is cut off")?;
    if decode_head(head, segment, entry.offset) != Some(*entry) {
        return Err("the block's header");
    }
    let mut table = Reader(&head[BLOCK_HEADER..]);
    let mut at = entry.table as usize;
    let mut first = entry.first;
    let mut runs = Vec::with_capacity(table.0.len() / RUN_ENTRY);
    while let Some((count, length, crc, arrival_ms)) = decode_run(&mut table) {
        let end = at + length as usize;
        let body =
            if end <= bytes.len() { bytes.slice(at..end) } else { return Err("the block is cut off") };
        if crc32c::crc32c(&body) != crc {
            return Err("a record body");
        }
        runs.push(Run { first, count, arrival_ms, body });
        first = first.saturating_add(u64::from(count));
        at = end;
    }
    Ok(runs)
}

fn decode_run(table: &mut Reader<'_>) -> Option<(u32, u32, u32, i64)> {
    let (count, length, crc, _) = (table.u32()?, table.u32()?, table.u32()?, table.u32()?);
    let (arrival_ms, _) = (table.i64()?, table.i64()?);
    Some((count, length, crc, arrival_ms))
}
