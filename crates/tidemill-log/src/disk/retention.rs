//! Retention: ends the visibility of old records, unlinks segments that nobody holds.

use super::block::SegmentId;
use super::segment::Segment;
use super::segment_reader;
use super::shared::Shared;
use super::state::{Partition, State, Stream};
use super::sweep;
use crate::store::{LogError, PartitionRef, ReadError, Trimmed};
use std::sync::Arc;
use tidemill_model::Incarnation;

/// New lower bounds of one partition.
struct Floor {
    /// Records below are not visible.
    earliest: u64,
    /// Records below go even if somebody holds them.
    held: u64,
}

/// Ends the visibility of what arrived before `cutoff_ms` and removes what nothing holds.
pub(crate) fn trim(
    shared: &Shared,
    incarnation: Incarnation,
    cutoff_ms: i64,
) -> Result<Vec<Trimmed>, LogError> {
    let pass = shared.pass.lock();
    let partitions = {
        let state = shared.state.read();
        state.streams.get(&incarnation).ok_or(LogError::UnknownStream)?.partitions.len() as u32
    };
    let oldest_hold_ms = cutoff_ms.saturating_sub(shared.config.hold_age.as_millis() as i64);
    let floors: Vec<_> = (0..partitions)
        .map(|partition| floor(shared, PartitionRef { incarnation, partition }, cutoff_ms, oldest_hold_ms))
        .collect();
    let (trimmed, gone) = {
        let mut state = shared.state.write();
        let trimmed = lift(&mut state, incarnation, &floors);
        enforce_budget(&mut state, shared.config.hold_bytes);
        (trimmed, remove_unheld(&mut state))
    };
    let changed = !trimmed.is_empty() || !gone.is_empty();
    shared.doomed.lock().extend(gone);
    let result = shared.commit_if(changed);
    if result.is_ok() {
        let gone = std::mem::take(&mut *shared.doomed.lock());
        sweep::remove_segments(shared, &gone);
    }
    drop(pass);
    if shared.space.is_full() {
        shared.refuses_for_space();
    }
    result.map(|()| trimmed)
}

fn floor(shared: &Shared, at: PartitionRef, cutoff_ms: i64, oldest_hold_ms: i64) -> Floor {
    let (earliest, held, holds) = {
        let state = shared.state.read();
        let Some(p) = state.partition(at) else { return Floor { earliest: 0, held: 0 } };
        (p.earliest, p.held, !p.holds.is_empty())
    };
    let earliest = first_kept(shared, at, earliest, cutoff_ms);
    let held = if holds { first_kept(shared, at, held, oldest_hold_ms) } else { earliest };
    Floor { earliest, held }
}

/// The first record from `from` on that arrived at or after `cutoff_ms`; the durable end if none did.
fn first_kept(shared: &Shared, at: PartitionRef, from: u64, cutoff_ms: i64) -> u64 {
    let (segments, tail, next) = {
        let state = shared.state.read();
        let Some(stream) = state.streams.get(&at.incarnation) else { return from };
        let Some(p) = stream.partitions.get(at.partition as usize) else { return from };
        let tail = p.tail.iter().find(|r| r.end() > from && r.run.arrival_ms >= cutoff_ms);
        let ends_above = |s: &Segment| s.range(at.partition).is_some_and(|r| r.next > from);
        let segments: Vec<_> = stream
            .segments
            .iter()
            .filter(|s| s.last_arrival_ms >= cutoff_ms && ends_above(s))
            .cloned()
            .collect();
        (segments, tail.map(|r| r.run.first), p.next)
    };
    for segment in segments {
        match first_kept_in(shared, at, &segment, from, cutoff_ms) {
            Ok(Some(found)) => return found.max(from),
            Ok(None) => {}
            Err((record, error)) => {
                tracing::warn!(%error, "retention stops at damaged data until all of its segment is old");
                return record.max(from);
            }
        }
    }
    tail.unwrap_or(next).max(from)
}

fn first_kept_in(
    shared: &Shared,
    at: PartitionRef,
    segment: &Segment,
    from: u64,
    cutoff_ms: i64,
) -> Result<Option<u64>, (u64, ReadError)> {
    let range_first = segment.range(at.partition).map_or(from, |r| r.first);
    if segment.first_arrival_ms >= cutoff_ms {
        return Ok(Some(range_first));
    }
    let id = SegmentId { incarnation: at.incarnation, id: segment.id };
    let open = segment_reader::open(shared, id, segment).map_err(|e| (range_first, e))?;
    let young = |e: &&super::block::BlockEntry| e.last_arrival_ms >= cutoff_ms;
    let Some(entry) = segment_reader::blocks_from(&open.index, at.partition, from).iter().find(young) else {
        return Ok(None);
    };
    let runs = segment_reader::block(shared, id, &open, entry).map_err(|e| (entry.first, e))?;
    Ok(runs.iter().find(|r| r.arrival_ms >= cutoff_ms).map(|r| r.first))
}

/// Lifts the bounds of a stream's partitions and says which moved.
fn lift(state: &mut State, incarnation: Incarnation, floors: &[Floor]) -> Vec<Trimmed> {
    let Some(stream) = state.streams.get_mut(&incarnation) else { return Vec::new() };
    let mut trimmed = Vec::new();
    let mut freed = 0;
    for ((partition, p), floor) in (0u32..).zip(&mut stream.partitions).zip(floors) {
        let before = p.bounds();
        p.earliest = p.earliest.max(floor.earliest);
        let wanted = p.holds.values().min().copied().unwrap_or(p.earliest).max(floor.held);
        p.held = wanted.clamp(p.held, p.earliest);
        freed += p.drop_tail(p.held);
        if p.bounds() != before {
            trimmed.push(Trimmed { partition, bounds: p.bounds() });
        }
    }
    state.unsettled = state.unsettled.saturating_sub(freed);
    trimmed
}

/// Whether every record of the segment is below a bound of its partition.
fn is_below(stream: &Stream, segment: &Segment, bound: impl Fn(&Partition) -> u64) -> bool {
    segment
        .ranges
        .iter()
        .all(|r| stream.partitions.get(r.partition as usize).is_none_or(|p| r.next <= bound(p)))
}

/// Ends holds on the oldest segments until those that only holders can read fit into `budget` bytes.
fn enforce_budget(state: &mut State, budget: u64) {
    let mut only_held: Vec<(i64, Incarnation, Arc<Segment>)> = Vec::new();
    for (incarnation, stream) in &state.streams {
        let held =
            |s: &&Arc<Segment>| is_below(stream, s, |p| p.earliest) && !is_below(stream, s, |p| p.held);
        only_held.extend(
            stream.segments.iter().filter(held).map(|s| (s.last_arrival_ms, *incarnation, s.clone())),
        );
    }
    let mut total: u64 = only_held.iter().map(|(_, _, s)| s.length).sum();
    only_held.sort_by_key(|(last_arrival_ms, _, _)| *last_arrival_ms);
    for (_, incarnation, segment) in only_held {
        if total <= budget {
            return;
        }
        total -= segment.length;
        tracing::warn!(%incarnation, segment = segment.id, "held records go: the budget for them is used up");
        for range in &segment.ranges {
            let at = PartitionRef { incarnation, partition: range.partition };
            if let Some(p) = state.partition_mut(at) {
                p.held = p.held.max(range.next.min(p.earliest));
            }
        }
    }
}

/// Takes the segments out of the state whose records are all gone.
fn remove_unheld(state: &mut State) -> Vec<SegmentId> {
    let mut gone = Vec::new();
    for (incarnation, stream) in &mut state.streams {
        let (dead, kept) = stream.segments.iter().cloned().partition(|s| is_below(stream, s, |p| p.held));
        stream.segments = kept;
        let dead: Vec<Arc<Segment>> = dead;
        gone.extend(dead.iter().map(|s| SegmentId { incarnation: *incarnation, id: s.id }));
    }
    gone
}
