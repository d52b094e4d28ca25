//! The journal's bytes: ring file header, group header, frame header. Layouts are in `docs/formats.md`.

use super::BLOCK;
use super::aligned::AlignedBuf;
use super::codec::{Fields, Reader, open_header};
use bytes::Bytes;
use tidemill_model::Incarnation;

/// Bytes of a group header.
pub(crate) const GROUP_HEADER: usize = 64;
/// Bytes of a frame header; the frame's body follows it.
pub(crate) const FRAME_HEADER: usize = 88;
const RING_HEADER: usize = 56;
const RING_MAGIC: &[u8; 4] = b"TMR1";
const GROUP_MAGIC: &[u8; 4] = b"TMG1";
const FRAME_MAGIC: &[u8; 4] = b"TMF1";
const HAS_TIME: u32 = 1;
const TAKES_ARRIVAL: u32 = 2;

/// A position in the journal, always behind a whole group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingPos {
    /// Index of the ring file.
    pub(crate) slot: u32,
    /// The file's generation; 0 before the first file was begun.
    pub(crate) generation: u64,
    /// Offset in the file.
    pub(crate) offset: u64,
    /// Number of the group that comes next.
    pub(crate) next_group: u64,
    /// CRC of the header of the group before; 0 before the first.
    pub(crate) prev_crc: u32,
}

/// What a ring file's first block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingHeader {
    /// Random, new at each reuse of the file.
    pub(crate) generation: u64,
    /// Where the groups before this file end: names the former file and its exact end.
    pub(crate) after: RingPos,
}

impl RingHeader {
    /// Appends the header, padded to a block.
    pub(crate) fn encode(&self, out: &mut AlignedBuf) {
        let mut f = Fields::header(RING_MAGIC, RING_HEADER);
        f.u64(self.generation).u64(self.after.generation).u64(self.after.offset);
        f.u64(self.after.next_group).u32(self.after.prev_crc).u32(self.after.slot).u64(0);
        out.extend(&f.seal());
        out.pad();
    }

    /// Reads a header; `None` if it is none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (mut r, _) = open_header(bytes.get(..RING_HEADER)?, RING_MAGIC)?;
        let generation = r.u64()?;
        let (former, offset, next_group) = (r.u64()?, r.u64()?, r.u64()?);
        let (prev_crc, slot) = (r.u32()?, r.u32()?);
        Some(Self { generation, after: RingPos { slot, generation: former, offset, next_group, prev_crc } })
    }
}

/// Why a group was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupKind {
    /// It holds records.
    Records = 0,
    /// It marks everything before it durable: the log went idle or was shut down.
    Mark = 1,
}

/// A group's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupHeader {
    pub(crate) generation: u64,
    pub(crate) group: u64,
    pub(crate) prev_crc: u32,
    /// Number of frames.
    pub(crate) frames: u32,
    /// Bytes with this header and without padding.
    pub(crate) length: u32,
    pub(crate) kind: GroupKind,
    /// Everything in this file below this offset was durable before the group was written.
    pub(crate) durable: u64,
    /// CRC of all frame headers in order.
    pub(crate) frames_crc: u32,
}

impl GroupHeader {
    fn encode(&self) -> Vec<u8> {
        let mut f = Fields::header(GROUP_MAGIC, GROUP_HEADER);
        f.u64(self.generation).u64(self.group).u32(self.prev_crc).u32(self.frames);
        f.u32(self.length).u32(self.kind as u32).u64(self.durable).u32(self.frames_crc);
        f.u32(0).u64(0);
        f.seal()
    }

    /// Reads a header and its CRC; `None` if it is none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<(Self, u32)> {
        let (mut r, crc) = open_header(bytes.get(..GROUP_HEADER)?, GROUP_MAGIC)?;
        let header = Self {
            generation: r.u64()?,
            group: r.u64()?,
            prev_crc: r.u32()?,
            frames: r.u32()?,
            length: r.u32()?,
            kind: if r.u32()? == 0 { GroupKind::Records } else { GroupKind::Mark },
            durable: r.u64()?,
            frames_crc: r.u32()?,
        };
        Some((header, crc))
    }

    /// Bytes of the group on disk, padding included.
    pub(crate) fn padded(&self) -> u64 {
        u64::from(self.length).next_multiple_of(BLOCK)
    }
}

/// One chunk with its numbers, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) incarnation: Incarnation,
    pub(crate) partition: u32,
    pub(crate) first: u64,
    pub(crate) count: u32,
    pub(crate) arrival_ms: i64,
    pub(crate) time_max_ms: Option<i64>,
    pub(crate) takes_arrival: bool,
    pub(crate) body_crc: u32,
    pub(crate) body: Bytes,
}

impl Frame {
    /// The header, in a used buffer.
    fn header(&self, used: Vec<u8>, generation: u64, group: u64, index: u32) -> Vec<u8> {
        let has_time = if self.time_max_ms.is_some() { HAS_TIME } else { 0 };
        let takes_arrival = if self.takes_arrival { TAKES_ARRIVAL } else { 0 };
        let mut f = Fields::header_in(used, FRAME_MAGIC);
        f.u64(generation).u64(group).u128(self.incarnation.0).u32(self.partition).u32(self.count);
        f.u64(self.first).i64(self.arrival_ms).u32(self.body.len() as u32).u32(self.body_crc);
        f.i64(self.time_max_ms.unwrap_or(0)).u32(has_time | takes_arrival).u32(index);
        f.seal()
    }

    /// Splits a frame off a group; `None` if it is not the wanted one or damaged.
    fn decode(bytes: &mut Bytes, header: &GroupHeader, index: u32) -> Option<(Self, Bytes)> {
        let raw = (bytes.len() >= FRAME_HEADER).then(|| bytes.split_to(FRAME_HEADER))?;
        let (mut r, _) = open_header(&raw, FRAME_MAGIC)?;
        let ours = r.u64()? == header.generation && r.u64()? == header.group;
        let (incarnation, partition, count) = (Incarnation(r.u128()?), r.u32()?, r.u32()?);
        let (first, arrival_ms) = (r.u64()?, r.i64()?);
        let (body_len, body_crc) = (r.u32()? as usize, r.u32()?);
        let (time, flags, found_index) = (r.i64()?, r.u32()?, r.u32()?);
        let body = (bytes.len() >= body_len).then(|| bytes.split_to(body_len))?;
        let whole = ours && index == found_index && count > 0 && crc32c::crc32c(&body) == body_crc;
        let time_max_ms = (flags & HAS_TIME != 0).then_some(time);
        let takes_arrival = flags & TAKES_ARRIVAL != 0;
        let frame = Self {
            incarnation,
            partition,
            first,
            count,
            arrival_ms,
            time_max_ms,
            takes_arrival,
            body_crc,
            body,
        };
        whole.then_some((frame, raw))
    }
}

/// Writes a group into `out`, padded to whole blocks, and returns the position behind it.
pub(crate) fn encode_group(out: &mut AlignedBuf, at: RingPos, kind: GroupKind, frames: &[Frame]) -> RingPos {
    out.clear();
    out.extend(&[0; GROUP_HEADER]);
    let mut frames_crc = 0;
    let mut header = Vec::with_capacity(FRAME_HEADER);
    for (index, frame) in (0u32..).zip(frames) {
        header = frame.header(header, at.generation, at.next_group, index);
        frames_crc = crc32c::crc32c_append(frames_crc, &header);
        out.extend(&header);
        out.extend(&frame.body);
    }
    let header = GroupHeader {
        generation: at.generation,
        group: at.next_group,
        prev_crc: at.prev_crc,
        frames: frames.len() as u32,
        length: out.len() as u32,
        kind,
        durable: at.offset,
        frames_crc,
    };
    let bytes = header.encode();
    out.bytes_mut()[..GROUP_HEADER].copy_from_slice(&bytes);
    out.pad();
    let prev_crc = Reader(&bytes[4..]).u32().unwrap_or(0);
    RingPos { offset: at.offset + out.len() as u64, next_group: at.next_group + 1, prev_crc, ..at }
}

/// The frames of a group of these bytes; `None` if any part of it is damaged.
pub(crate) fn decode_group(mut bytes: Bytes) -> Option<(GroupHeader, u32, Vec<Frame>)> {
    let (header, crc) = GroupHeader::decode(&bytes)?;
    let length = header.length as usize;
    if length < GROUP_HEADER || length > bytes.len() {
        return None;
    }
    bytes.truncate(length);
    let mut rest = bytes.split_off(GROUP_HEADER);
    // The count comes from the disk: it must not size anything before the frames are there.
    let mut frames = Vec::new();
    let mut frames_crc = 0;
    for index in 0..header.frames {
        let (frame, raw) = Frame::decode(&mut rest, &header, index)?;
        frames_crc = crc32c::crc32c_append(frames_crc, &raw);
        frames.push(frame);
    }
    (rest.is_empty() && frames_crc == header.frames_crc).then_some((header, crc, frames))
}
