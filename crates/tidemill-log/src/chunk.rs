//! Encoded records: what a producer's request becomes before it meets the log.
//!
//! A record is a 16-byte header and two byte strings, little endian:
//!
//! | bytes | field |
//! |---|---|
//! | 4 | payload length |
//! | 2 | key length; 65535 = no key (absent is not empty) |
//! | 2 | flags; bit 0: the producer sent a time |
//! | 8 | the producer's time in ms since the epoch, 0 without bit 0 |
//! | .. | key, then payload |

use bytes::Bytes;

/// Bytes of a record's header.
pub const RECORD_HEADER_BYTES: usize = 16;
/// Bytes of records from which on a piece of a chunk is closed.
const PIECE_BYTES: usize = 64 << 10;
const NO_KEY: u16 = u16::MAX;
const HAS_TIME: u16 = 1;

/// Records of one partition in producer order, encoded and checksummed, without numbers yet.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The encoded records, one after another.
    pub body: Bytes,
    /// How many records `body` holds; at least 1.
    pub count: u32,
    /// CRC-32C of `body`.
    pub crc: u32,
    /// The largest time a producer sent in this chunk, if any did.
    pub time_max_ms: Option<i64>,
    /// Whether a record has no time of its own and so takes the arrival time.
    pub takes_arrival: bool,
    /// `body` in parts of about 64 KiB, in order and without a gap; none if it is all one part.
    pub pieces: Vec<Piece>,
}

/// Consecutive records of a chunk, checksummed while they were still in the processor's cache, so that
/// nothing has to read them again before they are settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// How many bytes of the chunk's body.
    pub bytes: usize,
    /// How many records.
    pub count: u32,
    /// CRC-32C of the bytes.
    pub crc: u32,
    /// The largest time a producer sent in this piece, if any did.
    pub time_max_ms: Option<i64>,
    /// Whether a record has no time of its own.
    pub takes_arrival: bool,
}

/// Builds a [`Chunk`]; payloads are decoded straight into it.
#[derive(Debug, Default)]
pub struct ChunkBuilder {
    body: Vec<u8>,
    count: u32,
    crc: u32,
    pieces: Vec<Piece>,
    /// The piece that is being filled; its bytes and CRC are not known yet.
    open: Piece,
    /// Bytes of the closed pieces.
    closed: usize,
}

impl ChunkBuilder {
    /// A builder with room for `bytes` of encoded records.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { body: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// How many records were pushed.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Adds a record whose payload `fill` appends to the bytes it is given, changing nothing before them. On
    /// an error the chunk is as before.
    ///
    /// The key is at most 65,534 bytes and the payload below 4 GiB; the caller has checked that.
    pub fn push_with<E>(
        &mut self,
        key: Option<&[u8]>,
        time_ms: Option<i64>,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.body.len();
        self.body.extend_from_slice(&header(key, time_ms));
        self.body.extend_from_slice(key.unwrap_or_default());
        let payload = self.body.len();
        if let Err(error) = fill(&mut self.body) {
            self.body.truncate(start);
            return Err(error);
        }
        let used = (self.body.len() - payload) as u32;
        self.body[start..start + 4].copy_from_slice(&used.to_le_bytes());
        self.count += 1;
        self.open.count += 1;
        self.open.takes_arrival |= time_ms.is_none();
        self.open.time_max_ms = self.open.time_max_ms.max(time_ms);
        if self.body.len() - self.closed >= PIECE_BYTES {
            self.close_piece();
        }
        Ok(())
    }

    fn close_piece(&mut self) {
        let bytes = &self.body[self.closed..];
        let crc = crc32c::crc32c(bytes);
        self.crc = if self.closed == 0 { crc } else { crc32c::crc32c_append(self.crc, bytes) };
        self.pieces.push(Piece { bytes: bytes.len(), crc, ..self.open });
        self.closed = self.body.len();
        self.open = Piece::default();
    }

    /// Adds a record whose payload is at hand.
    pub fn push(&mut self, key: Option<&[u8]>, time_ms: Option<i64>, payload: &[u8]) {
        let copied: Result<(), std::convert::Infallible> = self.push_with(key, time_ms, |body| {
            body.extend_from_slice(payload);
            Ok(())
        });
        let Ok(()) = copied;
    }

    /// The finished chunk; `None` if nothing was pushed.
    pub fn finish(mut self) -> Option<Chunk> {
        if self.pieces.is_empty() {
            // The common small chunk is its only piece.
            self.crc = crc32c::crc32c(&self.body);
        } else if self.open.count > 0 {
            self.close_piece();
        }
        let parts = || self.pieces.iter().chain([&self.open]);
        let time_max_ms = parts().filter_map(|p| p.time_max_ms).max();
        let takes_arrival = parts().any(|p| p.takes_arrival);
        let Self { body, count, crc, pieces, .. } = self;
        (count > 0).then(|| Chunk { body: Bytes::from(body), count, crc, time_max_ms, takes_arrival, pieces })
    }
}

/// A record's header with a payload length of 0.
fn header(key: Option<&[u8]>, time_ms: Option<i64>) -> [u8; RECORD_HEADER_BYTES] {
    let mut header = [0; RECORD_HEADER_BYTES];
    let flags = if time_ms.is_some() { HAS_TIME } else { 0 };
    header[4..6].copy_from_slice(&key.map_or(NO_KEY, |k| k.len() as u16).to_le_bytes());
    header[6..8].copy_from_slice(&flags.to_le_bytes());
    header[8..].copy_from_slice(&time_ms.unwrap_or(0).to_le_bytes());
    header
}

/// Consecutive records of one partition as a backend returns them.
#[derive(Clone, Debug)]
pub struct Run {
    /// Number of the first record in `body`.
    pub first: u64,
    /// How many records `body` holds.
    pub count: u32,
    /// When the log took them, in ms since the epoch: the time of a record that has none of its own.
    pub arrival_ms: i64,
    /// The encoded records.
    pub body: Bytes,
}

/// One record, borrowed from a [`Run`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView<'a> {
    /// Its number in the partition.
    pub sequence: u64,
    /// The producer's time, else the arrival time, in ms since the epoch.
    pub time_ms: i64,
    /// When the log took it, in ms since the epoch.
    pub arrival_ms: i64,
    /// The partition key, if the producer sent one.
    pub key: Option<&'a [u8]>,
    /// The payload.
    pub data: &'a [u8],
    /// Bytes the record takes in encoded form.
    pub encoded_bytes: usize,
}

impl Run {
    /// Its records in order. Ends early on malformed bytes, which a checked CRC rules out.
    pub fn records(&self) -> impl Iterator<Item = RecordView<'_>> {
        let mut rest = &self.body[..];
        let mut sequence = self.first;
        std::iter::from_fn(move || {
            let (record, after) = decode_record(rest, sequence, self.arrival_ms)?;
            rest = after;
            sequence += 1;
            Some(record)
        })
    }
}

/// Splits the first record off `bytes`; `None` if they do not hold a whole one.
pub fn decode_record(bytes: &[u8], sequence: u64, arrival_ms: i64) -> Option<(RecordView<'_>, &[u8])> {
    let (header, rest) = bytes.split_at_checked(RECORD_HEADER_BYTES)?;
    let data_len = u32::from_le_bytes(header[0..4].try_into().ok()?) as usize;
    let key_len = u16::from_le_bytes(header[4..6].try_into().ok()?);
    let flags = u16::from_le_bytes(header[6..8].try_into().ok()?);
    let sent_ms = i64::from_le_bytes(header[8..16].try_into().ok()?);
    let key_bytes = if key_len == NO_KEY { 0 } else { usize::from(key_len) };
    let (key, rest) = rest.split_at_checked(key_bytes)?;
    let (data, rest) = rest.split_at_checked(data_len)?;
    let record = RecordView {
        sequence,
        time_ms: if flags & HAS_TIME == 0 { arrival_ms } else { sent_ms },
        arrival_ms,
        key: (key_len != NO_KEY).then_some(key),
        data,
        encoded_bytes: RECORD_HEADER_BYTES + key_bytes + data_len,
    };
    Some((record, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_come_back_as_they_were_pushed(
            records in proptest::collection::vec(
                (proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
                 proptest::option::of(any::<i64>()),
                 proptest::collection::vec(any::<u8>(), 0..200)), 1..20)
        ) {
            let mut builder = ChunkBuilder::default();
            for (key, time, data) in &records {
                builder.push(key.as_deref(), *time, data);
            }
            let chunk = builder.finish().unwrap();
            let run = Run { first: 7, count: chunk.count, arrival_ms: 42, body: chunk.body };
            let back: Vec<_> = run.records().collect();
            prop_assert_eq!(back.len(), records.len());
            for (i, (view, (key, time, data))) in back.iter().zip(&records).enumerate() {
                prop_assert_eq!(view.sequence, 7 + i as u64);
                prop_assert_eq!(view.key, key.as_deref());
                prop_assert_eq!(view.time_ms, time.unwrap_or(42));
                prop_assert_eq!(view.data, &data[..]);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let run = Run { first: 0, count: 1, arrival_ms: 0, body: bytes.into() };
            prop_assert!(run.records().count() <= 300);
        }
    }

    #[test]
    fn a_refused_payload_leaves_no_trace() {
        let mut builder = ChunkBuilder::default();
        builder.push(Some(b"k"), None, b"one");
        let refused = builder.push_with(None, Some(5), |body| {
            body.push(7);
            Err("bad")
        });
        assert_eq!(refused, Err("bad"));
        builder.push(None, Some(9), b"two");
        let chunk = builder.finish().unwrap();
        assert_eq!((chunk.count, chunk.time_max_ms, chunk.takes_arrival), (2, Some(9), true));
        assert_eq!((chunk.crc, chunk.pieces.len()), (crc32c::crc32c(&chunk.body), 0));
    }

    #[test]
    fn pieces_cover_the_chunk_and_carry_its_checksums() {
        let mut builder = ChunkBuilder::default();
        for i in 0..300u32 {
            builder.push(Some(b"key"), (i % 2 == 0).then_some(i64::from(i)), &[i as u8; 1000]);
        }
        let chunk = builder.finish().unwrap();
        assert_eq!(chunk.crc, crc32c::crc32c(&chunk.body));
        assert!(chunk.pieces.len() > 3, "{}", chunk.pieces.len());
        let (mut at, mut count) = (0, 0);
        for piece in &chunk.pieces {
            let body = chunk.body.slice(at..at + piece.bytes);
            assert_eq!(piece.crc, crc32c::crc32c(&body));
            let run = Run { first: u64::from(count), count: piece.count, arrival_ms: -1, body };
            assert_eq!(run.records().count(), piece.count as usize);
            assert_eq!(run.records().map(|r| r.time_ms).max(), piece.time_max_ms);
            (at, count) = (at + piece.bytes, count + piece.count);
        }
        assert_eq!((at, count), (chunk.body.len(), chunk.count));
        assert_eq!((chunk.time_max_ms, chunk.takes_arrival), (Some(298), true));
    }
}
