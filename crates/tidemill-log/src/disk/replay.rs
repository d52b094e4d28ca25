//! Replays the journal from where the segments end, and tells a torn tail from damage.

use super::BLOCK;
use super::device::{Access, Disk, DiskFile};
use super::frame::{Frame, GROUP_HEADER, GroupHeader, RingHeader, RingPos, decode_group};
use super::manifest::RingShape;
use super::segment::Layout;
use super::state::State;
use crate::store::{LogError, PartitionRef};
use bytes::Bytes;
use std::io;

/// Bytes read at once while looking for groups behind a cut.
const WINDOW: usize = 1 << 20;

struct Replay<'a> {
    disk: &'a dyn Disk,
    layout: &'a Layout,
    shape: RingShape,
    headers: Vec<Option<RingHeader>>,
}

/// Applies every whole group behind `state.settled`, makes what was accepted durable and returns the end.
///
/// Only the last group may be torn: it is dropped whole. Anything else that does not fit is an error that
/// names the file and the offset.
pub(crate) fn replay(
    disk: &dyn Disk,
    layout: &Layout,
    shape: RingShape,
    state: &mut State,
) -> Result<RingPos, LogError> {
    let headers =
        (0..shape.files).map(|slot| read_header(disk, layout, slot)).collect::<io::Result<Vec<_>>>()?;
    let replay = Replay { disk, layout, shape, headers };
    let mut at = state.settled;
    loop {
        let next = replay.following(at);
        let before = at;
        at = replay.file(at, next.map(|h| h.after), state)?;
        let Some(header) = next else {
            replay.refuse_later_groups(at)?;
            return Ok(at);
        };
        if header.after != at {
            let what = format!(
                "its groups end with {}, the next file goes on with {}",
                at.next_group, header.after.next_group
            );
            return Err(replay.damaged(before.slot, at.offset, &what));
        }
        let slot = (at.slot + 1) % shape.files;
        at = RingPos { slot, generation: header.generation, offset: BLOCK, ..at };
    }
}

fn read_header(disk: &dyn Disk, layout: &Layout, slot: u32) -> io::Result<Option<RingHeader>> {
    let file = match disk.open(&layout.ring(slot), Access::Read) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = vec![0; BLOCK as usize];
    let read = file.read_at(&mut bytes, 0)?;
    Ok(RingHeader::decode(&bytes[..read]))
}

impl Replay<'_> {
    fn damaged(&self, slot: u32, offset: u64, what: &str) -> LogError {
        let name = self.layout.name(&self.layout.ring(slot));
        LogError::Damaged(format!("{name} is damaged at offset {offset}: {what}"))
    }

    /// The header of the next file, if that file goes on where the one at `at` ends.
    fn following(&self, at: RingPos) -> Option<RingHeader> {
        let slot = (at.slot + 1) % self.shape.files;
        let header = self.headers.get(slot as usize).copied().flatten()?;
        let after = header.after;
        (after.slot == at.slot && after.generation == at.generation && after.next_group >= at.next_group)
            .then_some(header)
    }

    /// Replays one file from `at` up to its known end, or to the first group that is not whole.
    fn file(&self, mut at: RingPos, end: Option<RingPos>, state: &mut State) -> Result<RingPos, LogError> {
        if at.generation == 0 {
            return Ok(at);
        }
        let header = self.headers.get(at.slot as usize).copied().flatten();
        if header.map(|h| h.generation) != Some(at.generation) {
            return Err(self.damaged(at.slot, 0, "the file's header is not the one the log wrote last"));
        }
        let file = self.disk.open(&self.layout.ring(at.slot), Access::Read)?;
        let stop = end.map_or(self.shape.file_bytes, |e| e.offset.min(self.shape.file_bytes));
        let start = at;
        while at.offset < stop {
            match read_group(&*file, at, stop)? {
                Some((behind, frames)) => {
                    self.apply(at, frames, state)?;
                    at = behind;
                }
                None if end.is_some() => {
                    return Err(self.damaged(
                        at.slot,
                        at.offset,
                        "the group there is not whole, later ones are",
                    ));
                }
                None => break,
            }
        }
        if start != at {
            // What is served from here on must not vanish with the next power cut.
            self.disk.open(&self.layout.ring(at.slot), Access::Journal)?.sync()?;
        }
        Ok(at)
    }

    fn apply(&self, at: RingPos, frames: Vec<Frame>, state: &mut State) -> Result<(), LogError> {
        for frame in frames {
            let Some(stream) = state.streams.get(&frame.incarnation) else { continue };
            if stream.created_group > at.next_group {
                continue;
            }
            let place = PartitionRef { incarnation: frame.incarnation, partition: frame.partition };
            let expected = state.partition(place).map(|p| p.next);
            if expected != Some(frame.first) {
                let what = format!(
                    "stream {} partition {}: record {} follows, not {expected:?}",
                    frame.incarnation, frame.partition, frame.first
                );
                return Err(self.damaged(at.slot, at.offset, &what));
            }
            state.publish(&frame, at.next_group, &[], None);
        }
        Ok(())
    }

    /// Behind the last group nothing newer may lie: that would be a loss in between, not a torn tail.
    fn refuse_later_groups(&self, end: RingPos) -> Result<(), LogError> {
        for (slot, header) in (0u32..).zip(&self.headers) {
            if header.is_some_and(|h| h.after.next_group > end.next_group) {
                return Err(self.damaged(end.slot, end.offset, &format!("file {slot} holds later groups")));
            }
        }
        self.refuse_orphaned_file(end)?;
        if end.generation == 0 {
            return Ok(());
        }
        let file = self.disk.open(&self.layout.ring(end.slot), Access::Read)?;
        match later_group(&*file, end, self.shape.file_bytes)? {
            Some(later) => {
                let what = format!("a later group is whole at offset {later}");
                Err(self.damaged(end.slot, end.offset, &what))
            }
            None => Ok(()),
        }
    }

    /// The next file may have lost its header; its first group then tells that it goes on here.
    fn refuse_orphaned_file(&self, end: RingPos) -> Result<(), LogError> {
        let slot = (end.slot + 1) % self.shape.files;
        let has_header = self.headers.get(slot as usize).copied().flatten().is_some();
        let file = match self.disk.open(&self.layout.ring(slot), Access::Read) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        let mut bytes = [0; GROUP_HEADER];
        let read = file.read_at(&mut bytes, BLOCK)?;
        let goes_on = GroupHeader::decode(&bytes[..read])
            .is_some_and(|(g, _)| g.group == end.next_group && g.prev_crc == end.prev_crc);
        if !has_header && goes_on {
            return Err(self.damaged(slot, 0, "the file's header is lost"));
        }
        Ok(())
    }
}

/// The whole group at a position with its frames; `None` if there is none.
fn read_group(file: &dyn DiskFile, at: RingPos, stop: u64) -> io::Result<Option<(RingPos, Vec<Frame>)>> {
    let mut head = [0; GROUP_HEADER];
    let read = file.read_at(&mut head, at.offset)?;
    let Some((header, _)) = GroupHeader::decode(&head[..read]) else { return Ok(None) };
    let expected = header.generation == at.generation
        && header.group == at.next_group
        && header.prev_crc == at.prev_crc
        && header.durable == at.offset
        && header.padded() <= stop - at.offset;
    if !expected {
        return Ok(None);
    }
    let mut bytes = vec![0; header.length as usize];
    let read = file.read_at(&mut bytes, at.offset)?;
    bytes.truncate(read);
    Ok(decode_group(Bytes::from(bytes)).map(|(header, crc, frames)| {
        let offset = at.offset + header.padded();
        (RingPos { offset, next_group: at.next_group + 1, prev_crc: crc, ..at }, frames)
    }))
}

/// Where behind a cut a group header of the same generation lies that was written after the cut's.
fn later_group(file: &dyn DiskFile, end: RingPos, file_bytes: u64) -> io::Result<Option<u64>> {
    let mut window = vec![0; WINDOW];
    let mut at = end.offset;
    while at < file_bytes {
        let want = (file_bytes - at).min(WINDOW as u64) as usize;
        let read = file.read_at(&mut window[..want], at)?;
        for (i, block) in window[..read].chunks(BLOCK as usize).enumerate() {
            let offset = at + i as u64 * BLOCK;
            let Some((header, _)) = GroupHeader::decode(block) else { continue };
            // At the cut itself the torn group may still have its header.
            let first_allowed = end.next_group + u64::from(offset == end.offset);
            if header.generation == end.generation && header.group >= first_allowed {
                return Ok(Some(offset));
            }
        }
        if read == 0 {
            break;
        }
        at += read as u64;
    }
    Ok(None)
}
