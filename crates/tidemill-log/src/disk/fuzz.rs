//! Bodies for fuzzing the decoders of the log's files.

use super::block::{self, SegmentId};
use super::frame::{RingHeader, decode_group};
use super::{index, manifest};
use bytes::Bytes;
use tidemill_model::Incarnation;

/// Feeds bytes to every decoder of the log's files. They may refuse them, but not panic, hang or ask for
/// more memory than a small multiple of the input.
pub fn fuzz_frame_decoder(bytes: &[u8]) {
    let _ = RingHeader::decode(bytes);
    let _ = decode_group(Bytes::copy_from_slice(bytes));
    let _ = manifest::decode(bytes);
    let segment = SegmentId { incarnation: Incarnation(1), id: 1 };
    let _ = index::decode(bytes, segment, bytes.len() as u64);
    let Some(table) = block::table_length(bytes) else { return };
    let head = bytes.get(..table).unwrap_or(bytes);
    if let Some(entry) = block::decode_head(head, segment, 0) {
        let _ = block::decode_runs(&Bytes::copy_from_slice(bytes), segment, &entry);
    }
}
