//! What the log knows in memory: streams, partitions, the unsettled tail.

use super::block::SettleRun;
use super::frame::{Frame, RingPos};
use super::segment::Segment;
use crate::chunk::{Piece, Run};
use crate::page::largest_time;
use crate::store::{Bounds, PartitionRef};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tidemill_model::Incarnation;
use tokio::sync::OwnedSemaphorePermit;

/// All streams, and how far the journal reaches. One lock guards it; nobody does I/O under that lock.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) streams: BTreeMap<Incarnation, Stream>,
    /// The durable end of the journal.
    pub(crate) end: RingPos,
    /// Everything before this position is in segments: where a replay starts.
    pub(crate) settled: RingPos,
    /// The number the next group will get; above `end.next_group` while a group is being written.
    pub(crate) next_group: u64,
    /// Bytes in the tails that no segment holds.
    pub(crate) unsettled: usize,
    /// Why the log takes nothing any more.
    pub(crate) stopped: Option<String>,
}

/// One stream incarnation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    /// Frames in groups before this one belong to a deleted stream of the same incarnation.
    pub(crate) created_group: u64,
    pub(crate) next_segment: u64,
    pub(crate) partitions: Vec<Partition>,
    /// How many of the partitions are in the manifest: only those take records.
    pub(crate) open_partitions: usize,
    /// Oldest first; only the last one may be unsealed.
    pub(crate) segments: Vec<Arc<Segment>>,
}

/// One partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partition {
    pub(crate) earliest: u64,
    pub(crate) held: u64,
    /// The durable end.
    pub(crate) next: u64,
    /// The end with what is being written; only the writer looks at it.
    pub(crate) assigned: u64,
    /// Everything below is in segments.
    pub(crate) settled: u64,
    pub(crate) last_arrival_ms: i64,
    pub(crate) tail: VecDeque<Arc<TailRun>>,
    pub(crate) holds: BTreeMap<String, u64>,
}

/// Durable records that are still in memory.
#[derive(Debug)]
pub(crate) struct TailRun {
    pub(crate) run: Run,
    pub(crate) crc: u32,
    pub(crate) time_max_ms: i64,
    /// Their share of the memory budget, given back when they leave.
    _permit: Option<OwnedSemaphorePermit>,
}

impl TailRun {
    /// Adds the records of a frame to a tail, one run a piece; without pieces all in one. The last run has the
    /// permit: the memory is free when all have left.
    fn push_frame(
        tail: &mut VecDeque<Arc<Self>>,
        frame: &Frame,
        pieces: &[Piece],
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let whole = [Piece {
            bytes: frame.body.len(),
            count: frame.count,
            crc: frame.body_crc,
            time_max_ms: frame.time_max_ms,
            takes_arrival: frame.takes_arrival,
        }];
        let pieces = if pieces.is_empty() { &whole } else { pieces };
        let (mut first, mut rest, mut permit) = (frame.first, frame.body.clone(), permit);
        for (index, piece) in pieces.iter().enumerate() {
            let body = rest.split_to(piece.bytes.min(rest.len()));
            let run = Run { first, count: piece.count, arrival_ms: frame.arrival_ms, body };
            first += u64::from(piece.count);
            let time_max_ms = largest_time(piece.time_max_ms, piece.takes_arrival, frame.arrival_ms);
            let last = index + 1 == pieces.len();
            let _permit = if last { permit.take() } else { None };
            tail.push_back(Arc::new(Self { run, crc: piece.crc, time_max_ms, _permit }));
        }
    }

    /// The number behind the last record.
    pub(crate) fn end(&self) -> u64 {
        self.run.first + u64::from(self.run.count)
    }

    pub(crate) fn to_settle(&self) -> SettleRun {
        SettleRun { run: self.run.clone(), crc: self.crc, time_max_ms: self.time_max_ms }
    }
}

impl State {
    /// A state without streams at a journal position.
    pub(crate) fn at(settled: RingPos) -> Self {
        let (streams, next_group) = (BTreeMap::new(), settled.next_group);
        Self { streams, end: settled, settled, next_group, unsettled: 0, stopped: None }
    }

    pub(crate) fn partition(&self, at: PartitionRef) -> Option<&Partition> {
        self.streams.get(&at.incarnation)?.partitions.get(at.partition as usize)
    }

    pub(crate) fn partition_mut(&mut self, at: PartitionRef) -> Option<&mut Partition> {
        self.streams.get_mut(&at.incarnation)?.partitions.get_mut(at.partition as usize)
    }

    /// The partition, if it takes records.
    pub(crate) fn open_partition(&mut self, at: PartitionRef) -> Option<&mut Partition> {
        let stream = self.streams.get_mut(&at.incarnation)?;
        stream.partitions.get_mut(..stream.open_partitions)?.get_mut(at.partition as usize)
    }

    /// Makes a durable frame readable. False if its stream is gone. `pieces` may be empty, as in a replay.
    pub(crate) fn publish(
        &mut self,
        frame: &Frame,
        group: u64,
        pieces: &[Piece],
        permit: Option<OwnedSemaphorePermit>,
    ) -> bool {
        let Some(stream) = self.streams.get_mut(&frame.incarnation) else { return false };
        let created = stream.created_group;
        match stream.partitions.get_mut(frame.partition as usize) {
            Some(partition) if created <= group => {
                partition.next = frame.first + u64::from(frame.count);
                partition.assigned = partition.next;
                partition.last_arrival_ms = partition.last_arrival_ms.max(frame.arrival_ms);
                if partition.next > partition.held {
                    self.unsettled += frame.body.len();
                    TailRun::push_frame(&mut partition.tail, frame, pieces, permit);
                }
                true
            }
            _ => false,
        }
    }
}

impl Partition {
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds { earliest: self.earliest, held: self.held, next: self.next }
    }

    /// Drops the runs that end at or below `number` from memory; returns the unsettled bytes among them.
    pub(crate) fn drop_tail(&mut self, number: u64) -> usize {
        let gone = self.tail.partition_point(|r| r.end() <= number);
        self.tail.drain(..gone).map(|r| r.run.body.len()).sum()
    }
}
