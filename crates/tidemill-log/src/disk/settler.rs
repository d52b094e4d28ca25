//! The settler: moves durable records from memory into segment files, so that ring files can be reused.

use super::aligned::AlignedBuf;
use super::block::SettleRun;
use super::cut;
use super::frame::RingPos;
use super::segment::Segment;
use super::segment_writer::{SegmentWriter, Unsynced};
use super::shared::Shared;
use super::state::State;
use std::io;
use std::sync::Arc;
use tidemill_model::Incarnation;

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
    let end = work.end;
    let settled = match settle_all(shared, work, &mut buf) {
        Ok(settled) => settled,
        Err(error) => {
            shared.failed("writing a segment", error);
            return;
        }
    };
    apply(&mut shared.state.write(), end, &settled);
    // Why it failed is dealt with; the records stay in memory until a commit succeeds.
    if shared.commit().is_ok() {
        release(&mut shared.state.write());
    }
}

/// Writes all files, then syncs them: the first sync makes the file system's changes durable for most.
fn settle_all(shared: &Shared, work: Work, buf: &mut AlignedBuf) -> io::Result<Vec<Settled>> {
    let mut unsynced = Unsynced::default();
    let mut settled = Vec::with_capacity(work.streams.len());
    for stream in work.streams {
        settled.push(settle_stream(shared, stream, buf, &mut unsynced)?);
        unsynced.sync_some(&*shared.disk)?;
    }
    unsynced.sync_all(&*shared.disk)?;
    Ok(settled)
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

fn settle_stream(
    shared: &Shared,
    work: StreamWork,
    buf: &mut AlignedBuf,
    unsynced: &mut Unsynced,
) -> io::Result<Settled> {
    let upto = work.partitions.iter().map(|(p, next, _)| (*p, *next)).collect();
    let bytes = work.partitions.iter().flat_map(|(_, _, runs)| runs).map(|r| r.run.body.len()).sum();
    let mut writer = SegmentWriter::new(shared, work.incarnation, work.active, work.next_segment, bytes);
    for (partition, _, runs) in work.partitions {
        for block in cut::cut_blocks(runs, shared.config.block_bytes) {
            writer.add(buf, unsynced, partition, &block)?;
        }
    }
    let segments = writer.finish(buf, unsynced)?;
    Ok(Settled { incarnation: work.incarnation, segments, upto })
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
    state.unsettled = state.unsettled.saturating_sub(freed);
}
