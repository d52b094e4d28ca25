//! Compressed request bodies: what `Content-Encoding` says, how large the body may become, and unpacking it.
//!
//! One raw LZ4 block, one raw Snappy block, Zstandard and gzip. The size is known and bounded before anything
//! is allocated: LZ4 and Zstandard bring it in a header, Snappy in its first bytes, gzip is cut at the limit.

use crate::dis::error::DisError;
use crate::request::budget::Room;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, Method};
use std::io::Read;
use tidemill_model::limits::{REQUEST_BYTES_MAX, REQUEST_WIRE_BYTES_MAX};

const LZ4_SIZE: &str = "x-dis-lz4-content-length";
const ZSTD_SIZE: &str = "x-dis-zstd-content-length";
/// The most that one byte of a block can stand for: bounds the room of bodies whose size is not known yet.
const SNAPPY_RATIO_MAX: usize = 22;
const GZIP_RATIO_MAX: usize = 1040;

/// How a request's body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    Identity,
    /// One or more gzip members.
    Gzip,
    /// A raw Snappy block.
    Snappy,
    /// A raw LZ4 block of this many bytes unpacked.
    Lz4(usize),
    /// Zstandard frames; of this many bytes unpacked if the client says so.
    Zstd(Option<usize>),
}

impl Coding {
    /// What the head says about the body. Only bodies of POST and PUT are ever looked into.
    ///
    /// An unknown coding, a size that is missing or no number: DIS.4300. A size over 5 MiB: 413.
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Result<Self, DisError> {
        if !matches!(*method, Method::POST | Method::PUT) {
            return Ok(Self::Identity);
        }
        let Some(name) = headers.get("content-encoding") else { return Ok(Self::Identity) };
        match name.to_str().unwrap_or("?").trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "snappy" => Ok(Self::Snappy),
            "lz4" => match stated(headers, LZ4_SIZE)? {
                Some(bytes) => Ok(Self::Lz4(bytes)),
                None => Err(DisError::unreadable(format!("{LZ4_SIZE} is missing"))),
            },
            "zstd" => Ok(Self::Zstd(stated(headers, ZSTD_SIZE)?)),
            _ => Err(DisError::unreadable("Content-Encoding must be lz4, snappy, zstd, gzip or identity")),
        }
    }

    /// The most bytes the body may have on the wire: what cannot be compressed grows a little.
    pub(super) fn wire_bytes_max(self) -> usize {
        if self == Self::Identity { REQUEST_BYTES_MAX } else { REQUEST_WIRE_BYTES_MAX }
    }

    /// The most bytes that unpacking a body of `wire` bytes takes beside it.
    pub(super) fn unpacked_bytes_max(self, wire: usize) -> usize {
        match self {
            Self::Identity => 0,
            Self::Lz4(bytes) | Self::Zstd(Some(bytes)) => bytes,
            Self::Zstd(None) => REQUEST_BYTES_MAX,
            Self::Snappy => wire.saturating_mul(SNAPPY_RATIO_MAX).min(REQUEST_BYTES_MAX),
            Self::Gzip => wire.saturating_mul(GZIP_RATIO_MAX).min(REQUEST_BYTES_MAX),
        }
    }

    /// The unpacked body, and of `room` what it takes. An empty body stays empty.
    ///
    /// Damaged, or of another size than was stated: DIS.4300. Over 5 MiB: 413.
    pub(super) async fn unpack(self, body: Bytes, mut room: Room) -> Result<(Bytes, Room), DisError> {
        if self == Self::Identity || body.is_empty() {
            return Ok((body, room));
        }
        // 5 MiB take gzip some 20 ms. The room goes along: it is taken until the work has really ended.
        let unpacked = tokio::task::spawn_blocking(move || {
            let unpacked = unpack(self, &body).map(Bytes::from);
            drop(body);
            room.shrink(unpacked.as_ref().map_or(0, Bytes::len));
            unpacked.map(|unpacked| (unpacked, room))
        });
        unpacked.await.map_err(DisError::internal)?
    }
}

/// The size that the header `name` states.
fn stated(headers: &HeaderMap, name: &str) -> Result<Option<usize>, DisError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DisError::unreadable(format!("{name} must be a number")));
    }
    // More digits than a number holds are far too many bytes.
    checked(text.parse().unwrap_or(usize::MAX)).map(Some)
}

fn checked(bytes: usize) -> Result<usize, DisError> {
    if bytes > REQUEST_BYTES_MAX { Err(DisError::body_too_large()) } else { Ok(bytes) }
}

fn unpack(coding: Coding, body: &[u8]) -> Result<Vec<u8>, DisError> {
    match coding {
        Coding::Identity => Ok(body.to_vec()),
        Coding::Gzip => gzip(body),
        Coding::Snappy => snappy(body, coding.unpacked_bytes_max(body.len())),
        Coding::Lz4(bytes) => lz4(body, bytes),
        Coding::Zstd(stated) => zstd(body, stated),
    }
}

fn damaged(coding: &str, cause: impl std::fmt::Display) -> DisError {
    DisError::unreadable(format!("body is not {coding}: {cause}"))
}

fn gzip(body: &[u8]) -> Result<Vec<u8>, DisError> {
    let mut out = Vec::new();
    let mut bounded = MultiGzDecoder::new(body).take(REQUEST_BYTES_MAX as u64 + 1);
    bounded.read_to_end(&mut out).map_err(|error| damaged("gzip", error))?;
    checked(out.len())?;
    Ok(out)
}

fn snappy(body: &[u8], most: usize) -> Result<Vec<u8>, DisError> {
    let bytes = snap::raw::decompress_len(body).map_err(|error| damaged("a Snappy block", error))?;
    if checked(bytes)? > most {
        return Err(damaged("a Snappy block", "its size cannot be true"));
    }
    snap::raw::Decoder::new().decompress_vec(body).map_err(|error| damaged("a Snappy block", error))
}

fn lz4(body: &[u8], bytes: usize) -> Result<Vec<u8>, DisError> {
    let mut out = vec![0; bytes];
    let name = format!("an LZ4 block of {bytes} bytes");
    match lz4_flex::block::decompress_into(body, &mut out) {
        Ok(written) if written == bytes => Ok(out),
        Ok(written) => Err(damaged(&name, format_args!("it has {written} bytes"))),
        Err(error) => Err(damaged(&name, error)),
    }
}

fn zstd(body: &[u8], stated: Option<usize>) -> Result<Vec<u8>, DisError> {
    let bytes = match stated {
        Some(bytes) => bytes,
        None => match ::zstd::decompressed_size(body) {
            Some(bytes) => checked(usize::try_from(bytes).unwrap_or(usize::MAX))?,
            None => {
                return Err(damaged("Zstandard", format_args!("neither it nor {ZSTD_SIZE} says its size")));
            }
        },
    };
    let name = format!("Zstandard of {bytes} bytes");
    match ::zstd::bulk::decompress(body, bytes) {
        Ok(out) if out.len() == bytes => Ok(out),
        Ok(out) => Err(damaged(&name, format_args!("it has {} bytes", out.len()))),
        Err(error) => Err(damaged(&name, error)),
    }
}

/// Feeds any bytes to every decompressor: they must answer without a panic and within the limit.
pub fn fuzz_compressed_body(bytes: &[u8]) {
    let stated = usize::from(bytes.first().copied().unwrap_or(0)) * 64;
    for coding in
        [Coding::Gzip, Coding::Snappy, Coding::Lz4(stated), Coding::Zstd(Some(stated)), Coding::Zstd(None)]
    {
        if let Ok(body) = unpack(coding, bytes) {
            assert!(body.len() <= coding.unpacked_bytes_max(bytes.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            fuzz_compressed_body(&bytes);
        }

        #[test]
        fn damaged_blocks_are_answered(
            body in proptest::collection::vec(0u8..4, 0..2000), at in any::<prop::sample::Index>(), byte in any::<u8>()
        ) {
            let snappy = snap::raw::Encoder::new().compress_vec(&body).unwrap();
            for mut packed in [lz4_flex::block::compress(&body), snappy, ::zstd::bulk::compress(&body, 1).unwrap()] {
                let at = at.index(packed.len());
                packed[at] = byte;
                fuzz_compressed_body(&packed);
            }
        }
    }

    #[tokio::test]
    async fn the_room_is_what_the_unpacked_body_takes() {
        let budget = crate::request::Budget::with_bytes(tidemill_model::Clock::manual(0), 10_000);
        let body = snap::raw::Encoder::new().compress_vec(&[b'x'; 4000]).unwrap();
        let room = budget.body(body.len() + Coding::Snappy.unpacked_bytes_max(body.len())).await.unwrap();
        let (unpacked, room) = Coding::Snappy.unpack(body.into(), room).await.unwrap();
        assert_eq!(unpacked.len(), 4000);
        let _rest = budget.body(6000).await.unwrap();
        assert!(futures::poll!(std::pin::pin!(budget.body(1))).is_pending());
        drop(room);
        assert!(budget.body(4000).await.is_ok());
    }
}
