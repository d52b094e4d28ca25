//! Bodies for fuzzing the decoders of the log's files.

use super::block::{self, BLOCK_HEADER, BLOCK_MAGIC, RUN_ENTRY, SegmentId};
use super::frame::{FRAME_HEADER, GROUP_HEADER, GroupHeader, RingHeader, decode_group};
use super::{index, manifest};
use bytes::Bytes;
use tidemill_model::Incarnation;

/// Feeds bytes to every decoder of the log's files, as they are and with magic and checksum put right, so
/// that the fields behind them are reached. They may refuse them, but not panic, hang or ask for more memory
/// than a small multiple of the input.
pub fn fuzz_frame_decoder(bytes: &[u8]) {
    decode_all(bytes);
    for (magic, length) in [
        (b"TMR1", 56),
        (b"TMG1", GROUP_HEADER),
        (BLOCK_MAGIC, BLOCK_HEADER),
        (BLOCK_MAGIC, BLOCK_HEADER + RUN_ENTRY),
        (b"TMI1", bytes.len()),
        (b"TMM1", bytes.len()),
    ] {
        let mut sealed = bytes.to_vec();
        if seal(&mut sealed, magic, length) {
            decode_all(&sealed);
        }
    }
    let mut group = bytes.to_vec();
    let frame_sealed = group.get_mut(GROUP_HEADER..).is_some_and(|frame| seal(frame, b"TMF1", FRAME_HEADER));
    if frame_sealed && seal(&mut group, b"TMG1", GROUP_HEADER) {
        decode_all(&group);
    }
}

fn decode_all(bytes: &[u8]) {
    let _ = RingHeader::decode(bytes);
    let _ = GroupHeader::decode(bytes);
    let _ = decode_group(Bytes::copy_from_slice(bytes));
    let _ = manifest::decode(bytes);
    let segment = SegmentId { incarnation: Incarnation(1), id: 1 };
    let _ = index::decode(bytes, segment, bytes.len() as u64);
    let Some(table) = block::table_length(bytes) else { return };
    if let Some(entry) = bytes.get(..table).and_then(|head| block::decode_head(head, segment, 0)) {
        let _ = block::decode_runs(&Bytes::copy_from_slice(bytes), segment, &entry);
    }
}

/// Puts magic and CRC of a header of `length` bytes right; false if the bytes are fewer.
fn seal(bytes: &mut [u8], magic: &[u8; 4], length: usize) -> bool {
    let Some(header) = bytes.get_mut(..length).filter(|h| h.len() >= 8) else { return false };
    let crc = crc32c::crc32c(&header[8..]);
    header[..4].copy_from_slice(magic);
    header[4..8].copy_from_slice(&crc.to_le_bytes());
    true
}
