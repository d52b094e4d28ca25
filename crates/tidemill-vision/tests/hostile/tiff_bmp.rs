//! TIFF and bitmap files.

use image::ImageFormat;

use super::gif_webp::library;
use super::{File, patched};

/// A TIFF file of these tags: number, kind (3: 16 bits, 4: 32 bits), count, value.
fn tiff(tags: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (number, kind, count, value) in tags {
        bytes.extend(number.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}

fn picture(width: u32, height: u32, rows: u32, bytes: u32) -> Vec<u8> {
    tiff(&[
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, rows),
        (279, 4, 1, bytes),
    ])
}

pub(crate) fn files() -> Vec<File> {
    let (sound, bmp) = (library(ImageFormat::Tiff), library(ImageFormat::Bmp));
    vec![
        ("TIFF header alone", b"II\x2a\0\x08\0\0\0".to_vec()),
        ("TIFF directory beyond the end", b"MM\0\x2a\xff\xff\xff\xf0".to_vec()),
        ("TIFF directory inside of itself", b"II\x2a\0\0\0\0\0".to_vec()),
        ("TIFF cut", sound[..sound.len() / 3].to_vec()),
        ("TIFF of 65535 tags that are not there", [&b"II\x2a\0\x08\0\0\0\xff\xff"[..], &[0; 100]].concat()),
        ("TIFF with 4294967295 sizes", tiff(&[(256, 4, u32::MAX, 8), (257, 4, 1, 1)])),
        ("TIFF 4294967295 x 4294967295", picture(u32::MAX, u32::MAX, u32::MAX, u32::MAX)),
        ("TIFF 10000 x 10000 without data", picture(10_000, 10_000, 10_000, 100_000_000)),
        ("TIFF without columns", picture(0, 10, 10, 10)),
        ("TIFF with strips of no rows", picture(10, 10, 0, 100)),
        ("bitmap header alone", bmp[..14].to_vec()),
        ("bitmap cut", bmp[..bmp.len() - 100].to_vec()),
        ("bitmap without columns", patched(&bmp, 18, &[0; 4])),
        ("bitmap 65535 x 65535", patched(&bmp, 18, &[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0])),
        ("bitmap of negative columns", patched(&bmp, 18, &[0, 0, 0, 0x80])),
        ("bitmap of the most negative rows", patched(&bmp, 22, &[0, 0, 0, 0x80])),
        ("bitmap of 7 bits a pixel", patched(&bmp, 28, &[7, 0])),
        ("bitmap data beyond the end", patched(&bmp, 10, &[0xff, 0xff, 0xff, 0x7f])),
    ]
}
