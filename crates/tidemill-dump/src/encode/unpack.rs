//! What is in payloads that producers packed (`compression_format` of a stream).
//!
//! Bounded before anything is allocated: no payload becomes more than [`UNPACKED_RECORD_BYTES_MAX`] bytes.

use super::unzip;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use std::io::Read;
use tidemill_model::limits::UNPACKED_RECORD_BYTES_MAX;
use tidemill_stream::CompressionFormat;

/// The most bytes a byte of a Snappy block stands for: three bytes copy 64.
const SNAPPY_RATIO_MAX: usize = 22;

/// Replaces `out` by what is packed. The error says why that cannot be had, for people.
///
/// `snappy` is a raw block, as the Java SDK writes it with `data.compress.enabled`; `gzip` is a gzip file of
/// one or more members; `zip` is an archive of one file.
pub(crate) fn unpack(format: CompressionFormat, packed: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    out.clear();
    match format {
        CompressionFormat::Snappy => snappy(packed, out),
        CompressionFormat::Gzip => read_all(MultiGzDecoder::new(packed), "gzip file", out),
        CompressionFormat::Zip => zip(packed, out),
    }
}

fn snappy(packed: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let damaged = |error: snap::Error| format!("it is no Snappy block: {error}");
    let bytes = snap::raw::decompress_len(packed).map_err(damaged)?;
    if bytes > packed.len() * SNAPPY_RATIO_MAX {
        return Err(format!("it is no Snappy block: {} bytes cannot hold {bytes}", packed.len()));
    }
    if bytes > UNPACKED_RECORD_BYTES_MAX {
        return Err(too_large());
    }
    out.resize(bytes, 0);
    let written = snap::raw::Decoder::new().decompress(packed, out).map_err(damaged)?;
    out.truncate(written);
    Ok(())
}

fn zip(packed: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let entry = unzip::only_entry(packed)?;
    match entry.method {
        unzip::STORED => read_all(entry.packed, "zip archive", out)?,
        unzip::DEFLATED => read_all(DeflateDecoder::new(entry.packed), "zip archive", out)?,
        other => return Err(format!("it is a zip archive packed by method {other}; deflate is known here")),
    }
    if crc32fast::hash(out) != entry.crc {
        return Err("it is a damaged zip archive: its checksum does not fit".into());
    }
    Ok(())
}

fn read_all(packed: impl Read, what: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let mut bounded = packed.take(UNPACKED_RECORD_BYTES_MAX as u64 + 1);
    bounded.read_to_end(out).map_err(|error| format!("it is no {what}, or damaged: {error}"))?;
    if out.len() > UNPACKED_RECORD_BYTES_MAX { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> String {
    format!("more than {UNPACKED_RECORD_BYTES_MAX} bytes are packed in it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    const FORMATS: [CompressionFormat; 3] =
        [CompressionFormat::Snappy, CompressionFormat::Gzip, CompressionFormat::Zip];

    fn unpacked(format: CompressionFormat, packed: &[u8]) -> Result<Vec<u8>, String> {
        let mut out = b"of the payload before".to_vec();
        unpack(format, packed, &mut out)?;
        Ok(out)
    }

    fn deflated(body: &[u8]) -> Vec<u8> {
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(body).unwrap();
        deflate.finish().unwrap()
    }

    fn gzipped(body: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(body).unwrap();
        gzip.finish().unwrap()
    }

    /// As java.util.zip.ZipOutputStream writes it: the sizes follow the data.
    fn zipped(body: &[u8]) -> Vec<u8> {
        unzip::tests::archive(&[("record", 8, body, &deflated(body))])
    }

    fn packed(format: CompressionFormat, body: &[u8]) -> Vec<u8> {
        match format {
            CompressionFormat::Snappy => snap::raw::Encoder::new().compress_vec(body).unwrap(),
            CompressionFormat::Gzip => gzipped(body),
            CompressionFormat::Zip => zipped(body),
        }
    }

    #[test]
    fn what_was_packed_comes_back() {
        for format in FORMATS {
            for body in [&b""[..], b"a", &b"text ".repeat(10_000)] {
                assert_eq!(unpacked(format, &packed(format, body)).as_deref(), Ok(body), "{format:?}");
            }
        }
        let members = [gzipped(b"a"), gzipped(b"b")].concat();
        assert_eq!(unpacked(CompressionFormat::Gzip, &members), Ok(b"ab".to_vec()));
        let stored = unzip::tests::archive(&[("record", 0, b"plain", b"plain")]);
        assert_eq!(unpacked(CompressionFormat::Zip, &stored), Ok(b"plain".to_vec()));
    }

    #[test]
    fn the_largest_is_unpacked_and_one_byte_more_is_not() {
        let most = vec![b'x'; UNPACKED_RECORD_BYTES_MAX + 1];
        for format in FORMATS {
            let fits = packed(format, &most[1..]);
            assert_eq!(unpacked(format, &fits).unwrap().len(), UNPACKED_RECORD_BYTES_MAX);
            let refused = unpacked(format, &packed(format, &most)).unwrap_err();
            assert!(refused.contains("more than 16777216 bytes"), "{format:?}: {refused}");
        }
    }

    #[test]
    fn what_a_snappy_block_cannot_hold_is_not_allocated() {
        // Its header says 16 MiB.
        let refused = unpacked(CompressionFormat::Snappy, &[0x80, 0x80, 0x80, 0x08, 0]).unwrap_err();
        assert!(refused.contains("cannot hold"), "{refused}");
    }

    #[test]
    fn what_is_cut_altered_or_of_another_format_is_told() {
        for format in FORMATS {
            let whole = packed(format, b"some text, some text, some text");
            for end in 0..whole.len() {
                assert!(unpacked(format, &whole[..end]).is_err(), "{format:?} up to {end}");
            }
            assert!(unpacked(format, br#"{"plain":"json"}"#).is_err());
        }
        let mut altered = zipped(b"text");
        altered[38] ^= 1;
        assert!(unpacked(CompressionFormat::Zip, &altered).is_err());
        let bzip2 = unzip::tests::archive(&[("record", 12, b"text", b"text")]);
        assert!(unpacked(CompressionFormat::Zip, &bzip2).unwrap_err().contains("method 12"));
    }

    proptest! {
        #[test]
        fn damaged_payloads_are_answered(
            body in proptest::collection::vec(0u8..4, 0..2000), at in any::<prop::sample::Index>(), byte in any::<u8>()
        ) {
            for format in FORMATS {
                let mut damaged = packed(format, &body);
                let at = at.index(damaged.len());
                damaged[at] = byte;
                let _ = unpacked(format, &damaged);
            }
        }
    }
}
