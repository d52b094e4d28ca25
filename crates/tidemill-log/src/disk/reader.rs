//! Reads: from the tail in memory, from segments on disk.

use super::block::SegmentId;
use super::segment::Segment;
use super::segment_reader::{block, blocks_from, open, read_segment};
use super::shared::Shared;
use super::state::{Partition, TailRun};
use crate::page::{PageBuilder, first_at_time};
use crate::store::{Page, PartitionRef, ReadError, ReadLimit, Scope};
use std::io;
use std::sync::Arc;

/// Runs of the tail taken under the lock at once.
const TAIL_RUNS: usize = 256;

/// Where the records at a position are.
enum Place {
    /// There are none: it is the durable end.
    End,
    /// In memory.
    Tail(Vec<Arc<TailRun>>),
    /// In a segment.
    Segment(SegmentId, Arc<Segment>),
}

/// Reads without touching the disk; `None` if that is not possible.
pub(crate) fn read_tail(
    shared: &Shared,
    at: PartitionRef,
    from: u64,
    limit: ReadLimit,
    scope: Scope,
) -> Option<Result<Page, ReadError>> {
    match place(shared, at, from, scope) {
        Ok(Place::Segment(..)) => None,
        Ok(_) => Some(read(shared, at, from, limit, scope)),
        Err(error) => Some(Err(error)),
    }
}

/// Reads one page. What was read before an error is returned without it: the next read meets it first.
pub(crate) fn read(
    shared: &Shared,
    at: PartitionRef,
    from: u64,
    limit: ReadLimit,
    scope: Scope,
) -> Result<Page, ReadError> {
    let mut page = PageBuilder::new(from, limit);
    while !page.is_full() {
        let before = page.next();
        match step(shared, at, scope, &mut page) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if before == from && page.next() == from => return Err(error),
            Err(_) => break,
        }
    }
    Ok(page.finish())
}

/// Adds what lies at the page's position; false at the end.
fn step(shared: &Shared, at: PartitionRef, scope: Scope, page: &mut PageBuilder) -> Result<bool, ReadError> {
    let before = page.next();
    match place(shared, at, before, scope)? {
        Place::End => return Ok(false),
        Place::Tail(runs) => runs.iter().for_each(|r| page.push(&r.run)),
        Place::Segment(id, segment) => match read_segment(shared, id, &segment, at.partition, page) {
            Err(ReadError::Io(e)) if e.kind() == io::ErrorKind::NotFound => {
                // Retention may have taken the file since: then the next look at the bounds says so.
                if still_there(shared, id) {
                    let name = shared.layout.name(&shared.layout.segment(id));
                    return Err(ReadError::Damaged(format!("{name} is missing")));
                }
                return Ok(true);
            }
            other => other?,
        },
    }
    if page.next() == before && !page.is_full() {
        return Err(ReadError::Damaged(format!("record {before} cannot be decoded")));
    }
    Ok(true)
}

fn still_there(shared: &Shared, id: SegmentId) -> bool {
    let state = shared.state.read();
    state.streams.get(&id.incarnation).is_some_and(|s| s.segments.iter().any(|s| s.id == id.id))
}

fn place(shared: &Shared, at: PartitionRef, from: u64, scope: Scope) -> Result<Place, ReadError> {
    let state = shared.state.read();
    let stream = state.streams.get(&at.incarnation).ok_or(ReadError::Unknown)?;
    let partition = stream.partitions.get(at.partition as usize).ok_or(ReadError::Unknown)?;
    let floor = if scope == Scope::Visible { partition.earliest } else { partition.held };
    if from < floor {
        return Err(ReadError::Trimmed { from, earliest: floor });
    }
    if from >= partition.next {
        let next = partition.next;
        return if from == next { Ok(Place::End) } else { Err(ReadError::Beyond { from, next }) };
    }
    if let Some(runs) = tail_from(partition, from) {
        return Ok(Place::Tail(runs));
    }
    let holds = |s: &&Arc<Segment>| s.range(at.partition).is_some_and(|r| r.first <= from && from < r.next);
    match stream.segments.iter().rev().find(holds) {
        Some(segment) => {
            let id = SegmentId { incarnation: at.incarnation, id: segment.id };
            Ok(Place::Segment(id, Arc::clone(segment)))
        }
        None => Err(ReadError::Damaged(format!("record {from} is in no segment"))),
    }
}

fn tail_from(partition: &Partition, from: u64) -> Option<Vec<Arc<TailRun>>> {
    partition.tail.front().filter(|front| front.run.first <= from)?;
    let start = partition.tail.partition_point(|r| r.end() <= from);
    Some(partition.tail.range(start..).take(TAIL_RUNS).cloned().collect())
}

/// The first visible record whose time is at least `time_ms`; the durable end if there is none.
pub(crate) fn seek_time(shared: &Shared, at: PartitionRef, time_ms: i64) -> Result<u64, ReadError> {
    loop {
        match try_seek(shared, at, time_ms) {
            // Retention took a file away meanwhile: the bounds have moved, look again.
            Err((id, ReadError::Io(e))) if e.kind() == io::ErrorKind::NotFound => {
                if still_there(shared, id) {
                    return Err(ReadError::Io(e));
                }
            }
            Err((_, error)) => return Err(error),
            Ok(found) => return Ok(found),
        }
    }
}

fn try_seek(shared: &Shared, at: PartitionRef, time_ms: i64) -> Result<u64, (SegmentId, ReadError)> {
    let unknown = (SegmentId { incarnation: at.incarnation, id: 0 }, ReadError::Unknown);
    let (earliest, next, segments, tail) = {
        let state = shared.state.read();
        let Some(partition) = state.partition(at) else { return Err(unknown) };
        let Some(stream) = state.streams.get(&at.incarnation) else { return Err(unknown) };
        let ends_above = |s: &Segment| s.range(at.partition).is_some_and(|r| r.next > partition.earliest);
        let segments: Vec<_> =
            stream.segments.iter().filter(|s| s.time_max_ms >= time_ms && ends_above(s)).cloned().collect();
        let tail: Vec<_> = partition.tail.iter().filter(|r| r.time_max_ms >= time_ms).cloned().collect();
        (partition.earliest, partition.next, segments, tail)
    };
    for segment in segments {
        let id = SegmentId { incarnation: at.incarnation, id: segment.id };
        let found = seek_segment(shared, id, &segment, at.partition, earliest, time_ms);
        if let Some(found) = found.map_err(|e| (id, e))? {
            return Ok(found);
        }
    }
    Ok(tail.iter().find_map(|r| first_at_time(&r.run, earliest, time_ms)).unwrap_or(next))
}

fn seek_segment(
    shared: &Shared,
    id: SegmentId,
    segment: &Segment,
    partition: u32,
    earliest: u64,
    time_ms: i64,
) -> Result<Option<u64>, ReadError> {
    let open = open(shared, id, segment)?;
    for entry in blocks_from(&open.index, partition, earliest).iter().filter(|e| e.time_max_ms >= time_ms) {
        let runs = block(shared, id, &open, entry)?;
        if let Some(found) = runs.iter().find_map(|r| first_at_time(r, earliest, time_ms)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
