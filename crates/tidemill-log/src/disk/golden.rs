//! The byte formats, held to the dumps in `docs/formats.md`.

use super::BLOCK;
use super::aligned::AlignedBuf;
use super::block::{SegmentId, SettleRun, decode_head, decode_runs, encode_head};
use super::frame::{Frame, GroupKind, RingHeader, RingPos, decode_group, encode_group};
use super::manifest::{self, RingShape};
use super::segment::Segment;
use super::state::{Partition, State, Stream};
use super::{index, segment};
use crate::chunk::{ChunkBuilder, Run};
use bytes::Bytes;
use std::sync::Arc;
use tidemill_model::Incarnation;

const DOCUMENT: &str = include_str!("../../../../docs/formats.md");
const STREAM: Incarnation = Incarnation(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
const ARRIVAL_MS: i64 = 1_700_000_000_000;
const AT: RingPos = RingPos {
    slot: 2,
    generation: 0x0102_0304_0506_0708,
    offset: 8192,
    next_group: 41,
    prev_crc: 0xdead_beef,
};

/// 16 bytes a line, as `docs/formats.md` shows them.
fn dump(bytes: &[u8]) -> String {
    let line = |(i, part): (usize, &[u8])| {
        let hex: Vec<_> = part.iter().map(|b| format!("{b:02x}")).collect();
        format!("{:04x}  {}\n", i * 16, hex.join(" "))
    };
    bytes.chunks(16).enumerate().map(line).collect()
}

fn documented(what: &str, bytes: &[u8]) {
    let dump = dump(bytes);
    assert!(DOCUMENT.contains(&dump), "docs/formats.md does not show this {what}:\n{dump}");
}

/// Two records: one with a key and a time, one without either.
fn frame() -> Frame {
    let mut builder = ChunkBuilder::default();
    builder.push(Some(b"k"), Some(ARRIVAL_MS + 5), b"tide");
    builder.push(None, None, b"mill");
    let chunk = builder.finish().unwrap();
    Frame {
        incarnation: STREAM,
        partition: 3,
        first: 1000,
        count: chunk.count,
        arrival_ms: ARRIVAL_MS,
        time_max_ms: chunk.time_max_ms,
        takes_arrival: chunk.takes_arrival,
        body_crc: chunk.crc,
        body: chunk.body,
    }
}

#[test]
fn a_ring_file_header() {
    let header = RingHeader { generation: 0x1112_1314_1516_1718, after: AT };
    let mut out = AlignedBuf::default();
    header.encode(&mut out);
    assert_eq!(out.len() as u64, BLOCK);
    documented("ring file header", &out.bytes()[..56]);
    assert_eq!(RingHeader::decode(out.bytes()), Some(header));
}

#[test]
fn a_group_with_a_frame() {
    let mut out = AlignedBuf::default();
    let behind = encode_group(&mut out, AT, GroupKind::Records, &[frame()]);
    let (header, crc, frames) = decode_group(Bytes::copy_from_slice(out.bytes())).unwrap();
    documented("group", &out.bytes()[..header.length as usize]);
    assert_eq!(frames, [frame()]);
    assert_eq!(behind, RingPos { offset: 8192 + 4096, next_group: 42, prev_crc: crc, ..AT });
}

fn block() -> (Vec<u8>, super::block::BlockEntry) {
    let Frame { first, count, arrival_ms, body, body_crc, .. } = frame();
    let run = Run { first, count, arrival_ms, body: body.clone() };
    let run = SettleRun { run, crc: body_crc, time_max_ms: ARRIVAL_MS + 5 };
    let segment = SegmentId { incarnation: STREAM, id: 9 };
    let (mut bytes, entry) = encode_head(segment, 3, 4096, &[run]);
    bytes.extend_from_slice(&body);
    (bytes, entry)
}

#[test]
fn a_block_and_its_index() {
    let (bytes, entry) = block();
    documented("block", &bytes);
    let segment = SegmentId { incarnation: STREAM, id: 9 };
    assert_eq!(decode_head(&bytes[..entry.table as usize], segment, 4096), Some(entry));
    let runs = decode_runs(&Bytes::from(bytes), segment, &entry).unwrap();
    assert_eq!(runs[0].body, frame().body);
    let saved = index::encode(segment, 8192, &[entry]);
    documented("index file", &saved);
    assert_eq!(index::decode(&saved, segment, 8192), Some(vec![entry]));
}

#[test]
fn a_manifest() {
    let mut segment = Segment::empty(9);
    segment.add(&block().1, ARRIVAL_MS);
    segment.length = 8192;
    segment.sealed = true;
    let partition = Partition {
        earliest: 1001,
        held: 1000,
        settled: 1002,
        last_arrival_ms: ARRIVAL_MS,
        ..Partition::default()
    };
    let stream = Stream {
        created_group: 7,
        next_segment: 10,
        partitions: vec![partition],
        open_partitions: 1,
        segments: vec![Arc::new(segment)],
    };
    let mut state = State::at(AT);
    state.end.next_group = 50;
    state.streams.insert(STREAM, stream);
    let shape = RingShape { files: 8, file_bytes: 64 << 20 };
    let bytes = manifest::encode(77, shape, &state);
    documented("manifest", &bytes);
    let (sequence, back_shape, back) = manifest::decode(&bytes).unwrap();
    assert_eq!((sequence, back_shape, back.settled, back.next_group), (77, shape, AT, 50));
    let stream = &back.streams[&STREAM];
    assert_eq!(stream.partitions[0].settled, 1002);
    let range = segment::Range { partition: 3, first: 1000, next: 1002 };
    assert_eq!(stream.segments[0].range(3), Some(range));
}
