//! The one thread that writes the journal: everything that waits becomes one group, one write, one wake.

use super::BLOCK;
use super::frame::{Frame, GROUP_HEADER, GroupKind, RingPos};
use super::queue::{Pending, Wake};
use super::ring::{RingWriter, Slot};
use super::shared::Shared;
use crate::chunk::Piece;
use crate::store::{Outcome, PartitionRef, Refusal};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Unsettled bytes an idle log may keep in memory.
const IDLE_BYTES: usize = 4 << 20;

/// An append whose chunks are in the group; outcomes in the order of its chunks.
struct Owner {
    outcomes: Vec<Outcome>,
    done: oneshot::Sender<Vec<Outcome>>,
}

/// Who gets to know what became of a frame, and the memory it holds.
struct Ticket {
    owner: usize,
    chunk: usize,
    pieces: Vec<Piece>,
    permit: Option<OwnedSemaphorePermit>,
}

/// What is written at once.
#[derive(Default)]
struct Group {
    frames: Vec<Frame>,
    tickets: Vec<Ticket>,
    owners: Vec<Owner>,
}

/// Works until the queue is closed and empty, or a write fails.
pub(crate) fn run(shared: &Shared, mut ring: RingWriter) {
    let mut marked = true;
    loop {
        let idle = (!marked).then_some(shared.config.idle_mark_after);
        match shared.queue.wait(idle) {
            Wake::Work => {
                marked = false;
                if !write_waiting(shared, &mut ring) {
                    return;
                }
            }
            Wake::Idle => {
                marked = true;
                if !mark(shared, &mut ring) {
                    return;
                }
                went_idle(shared);
            }
            Wake::Closed => {
                if !marked && shared.state.read().stopped.is_none() {
                    mark(shared, &mut ring);
                }
                return;
            }
        }
    }
}

/// An idle log keeps little in memory, and notices when others fill the disk.
fn went_idle(shared: &Shared) {
    let unsettled = shared.state.read().unsettled;
    shared.note_space(unsettled as u64);
    if unsettled > IDLE_BYTES {
        shared.kick.now();
    }
}

/// Makes room for `bytes` in a ring file, beginning the next one if need be.
fn make_room(shared: &Shared, ring: &mut RingWriter, bytes: usize, wait: bool) -> Slot {
    if ring.room() >= bytes {
        return Slot::Free;
    }
    if shared.ring.is_half_used(ring.next_slot()) {
        shared.kick.now();
    }
    let slot = shared.ring.ask(ring.next_slot(), wait);
    if slot != Slot::Free {
        return slot;
    }
    match ring.begin(&*shared.disk) {
        Ok(()) => Slot::Free,
        Err(error) => {
            shared.stop(&format!("beginning a journal file failed: {error}"));
            Slot::Closed
        }
    }
}

/// Writes one group of what waits. False if the log has stopped.
fn write_waiting(shared: &Shared, ring: &mut RingWriter) -> bool {
    let Some(first) = shared.queue.first_bytes() else { return true };
    match make_room(shared, ring, (GROUP_HEADER + first).next_multiple_of(BLOCK as usize), true) {
        Slot::Free => {}
        Slot::DiskFull => {
            shared.queue.answer_all(Outcome::Refused(Refusal::DiskFull));
            return true;
        }
        Slot::Busy | Slot::Closed => {
            shared.queue.answer_all(Outcome::Refused(Refusal::Stopped));
            return false;
        }
    }
    let room = ring.room().min(shared.config.group_bytes_max) - GROUP_HEADER;
    let mut group = assign(shared, shared.queue.take(room));
    let written = group.frames.is_empty() || write_group(shared, ring, &mut group);
    for owner in group.owners {
        // The caller may have gone away; its records are durable all the same.
        let _ = owner.done.send(owner.outcomes);
    }
    written
}

/// Gives every chunk its numbers and arrival time, or refuses it.
fn assign(shared: &Shared, taken: Vec<Pending>) -> Group {
    let now_ms = shared.clock.now_ms();
    let mut group = Group::default();
    let mut state = shared.state.write();
    for pending in taken {
        let (owner, incarnation) = (group.owners.len(), pending.incarnation);
        let known = state.streams.contains_key(&incarnation);
        let refusal = if known { Refusal::UnknownPartition } else { Refusal::UnknownStream };
        let mut outcomes = Vec::with_capacity(pending.chunks.len());
        for (chunk_index, (partition, chunk, permit)) in pending.chunks.into_iter().enumerate() {
            let Some(p) = state.open_partition(PartitionRef { incarnation, partition }) else {
                outcomes.push(Outcome::Refused(refusal));
                continue;
            };
            let (first, count) = (p.assigned, chunk.count);
            p.assigned += u64::from(count);
            // Until the write is through the outcome is open.
            outcomes.push(Outcome::Unknown);
            group.tickets.push(Ticket { owner, chunk: chunk_index, pieces: chunk.pieces, permit });
            group.frames.push(Frame {
                incarnation,
                partition,
                first,
                count,
                arrival_ms: now_ms.max(p.last_arrival_ms),
                time_max_ms: chunk.time_max_ms,
                takes_arrival: chunk.takes_arrival,
                body_crc: chunk.crc,
                body: chunk.body,
            });
        }
        group.owners.push(Owner { outcomes, done: pending.done });
    }
    if !group.frames.is_empty() {
        state.next_group += 1;
    }
    group
}

fn write_group(shared: &Shared, ring: &mut RingWriter, group: &mut Group) -> bool {
    match ring.write(GroupKind::Records, &group.frames) {
        Ok(end) => {
            publish(shared, end, group);
            true
        }
        Err(error) => {
            shared.stop(&format!("writing the journal failed: {error}"));
            false
        }
    }
}

/// Makes a durable group readable and fills the outcomes in.
fn publish(shared: &Shared, end: RingPos, group: &mut Group) {
    let mut state = shared.state.write();
    for (frame, ticket) in group.frames.iter().zip(group.tickets.drain(..)) {
        let outcome = if state.publish(frame, end.next_group - 1, &ticket.pieces, ticket.permit) {
            Outcome::Assigned { first: frame.first, count: frame.count }
        } else {
            // Deleted while the group was being written: nobody will ever read it.
            Outcome::Refused(Refusal::UnknownStream)
        };
        group.owners[ticket.owner].outcomes[ticket.chunk] = outcome;
    }
    state.end = end;
    let full = state.unsettled >= shared.config.settle_bytes;
    drop(state);
    metrics::counter!("tidemill_log_groups_total").increment(1);
    metrics::counter!("tidemill_log_chunks_total").increment(group.frames.len() as u64);
    if full {
        shared.kick.now();
    }
}

/// Marks everything written so far as durable. Skipped where no file is free: the next one's header does it.
fn mark(shared: &Shared, ring: &mut RingWriter) -> bool {
    if make_room(shared, ring, BLOCK as usize, false) != Slot::Free {
        return true;
    }
    shared.state.write().next_group += 1;
    match ring.write(GroupKind::Mark, &[]) {
        Ok(end) => {
            shared.state.write().end = end;
            true
        }
        Err(error) => {
            shared.stop(&format!("writing the journal failed: {error}"));
            false
        }
    }
}
