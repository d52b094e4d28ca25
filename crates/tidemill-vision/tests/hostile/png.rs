//! PNG files.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use tidemill_vision::{ImageFormat, encode};

use super::{File, patched, picture};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(body);
    [&length, &kind[..], body, &sum.finalize().to_be_bytes()].concat()
}

fn header(width: u32, height: u32, depth: u8, colour: u8, interlaced: u8) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&size[..], &[depth, colour, 0, 0, interlaced]].concat())
}

fn zeros(mib: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..mib {
        packed.write_all(&[0; 1 << 20]).unwrap();
    }
    packed.finish().unwrap()
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [SIGNATURE, &chunks.concat()].concat()
}

pub(crate) fn files() -> Vec<File> {
    let sound = encode(&picture(20, 10), ImageFormat::Png).unwrap();
    let data = || chunk(b"IDAT", &zeros(1));
    let end = || chunk(b"IEND", &[]);
    let rgb = |width, height| header(width, height, 8, 2, 0);
    vec![
        ("signature alone", SIGNATURE.to_vec()),
        ("cut inside the header", sound[..20].to_vec()),
        ("cut inside the data", sound[..sound.len() / 2].to_vec()),
        ("without the end chunk", sound[..sound.len() - 12].to_vec()),
        ("half of the end chunk", sound[..sound.len() - 2].to_vec()),
        ("no columns", file(&[rgb(0, 10), data(), end()])),
        ("no rows", file(&[rgb(10, 0), data(), end()])),
        ("2147483647 x 2147483647", file(&[rgb(0x7fff_ffff, 0x7fff_ffff), data(), end()])),
        ("4294967295 x 1", file(&[rgb(0xffff_ffff, 1), data(), end()])),
        ("100000000 x 1 with 16 bits", file(&[header(200_000_001, 1, 16, 6, 0), data(), end()])),
        (
            "bomb: 30000 x 30000 in little data",
            file(&[rgb(30_000, 30_000), chunk(b"IDAT", &zeros(100)), end()]),
        ),
        ("bomb: 5000 x 5000 from 1 MiB", file(&[rgb(5000, 5000), data(), end()])),
        ("wrong checksum", patched(&sound, 29, &[0, 0, 0, 0])),
        ("no data", file(&[rgb(10, 10), end()])),
        ("data that is not packed", file(&[rgb(10, 10), chunk(b"IDAT", &[7; 400]), end()])),
        ("3 bits a sample", file(&[header(10, 10, 3, 2, 0), data(), end()])),
        ("colour type 5", file(&[header(10, 10, 8, 5, 0), data(), end()])),
        ("palette without colours", file(&[header(10, 10, 8, 3, 0), data(), end()])),
        ("interlace method 9", file(&[header(10, 10, 8, 2, 9), data(), end()])),
        ("a chunk of 4 GiB", file(&[rgb(10, 10), vec![0xff, 0xff, 0xff, 0xff], b"IDAT".to_vec()])),
        ("two headers before the data", file(&[rgb(10, 10), rgb(10, 10), data(), end()])),
    ]
}

/// Files that a decoder may or may not make sense of.
pub(crate) fn odd() -> Vec<File> {
    let text = [&b"Comment\0\0"[..], &zeros(200)].concat();
    let profile = [&b"icc\0\0"[..], &zeros(200)].concat();
    let with = |extra: Vec<u8>| {
        file(&[header(10, 10, 8, 2, 0), extra, chunk(b"IDAT", &zeros(1)), chunk(b"IEND", &[])])
    };
    vec![
        (
            "bomb: 8 x 8 from 100 MiB",
            file(&[header(8, 8, 8, 2, 0), chunk(b"IDAT", &zeros(100)), chunk(b"IEND", &[])]),
        ),
        ("bomb in a comment", with(chunk(b"zTXt", &text))),
        ("bomb in a colour profile", with(chunk(b"iCCP", &profile))),
        (
            "bomb: interlaced",
            file(&[header(3000, 3000, 1, 0, 1), chunk(b"IDAT", &zeros(100)), chunk(b"IEND", &[])]),
        ),
        ("a million empty chunks", with(chunk(b"tEXt", b"").repeat(200_000))),
    ]
}
