//! JPEG files.

use super::{File, patched, picture};

/// A sound file without subsampling.
pub(crate) fn sound() -> Vec<u8> {
    encoded(|_| {})
}

fn encoded(set: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let pixels = picture(64, 48);
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    set(&mut encoder);
    encoder.encode(pixels.rgb(), 64, 48, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

/// Where the marker stands.
fn at(bytes: &[u8], marker: u8) -> usize {
    bytes.windows(2).position(|pair| pair == [0xff, marker]).unwrap()
}

/// Without the first segment of that kind.
fn without(bytes: &[u8], marker: u8) -> Vec<u8> {
    let mut rest = bytes.to_vec();
    while let Some(start) = rest.windows(2).position(|pair| pair == [0xff, marker]) {
        let length = usize::from(u16::from_be_bytes([rest[start + 2], rest[start + 3]]));
        rest.drain(start..start + 2 + length);
    }
    rest
}

fn with_scans(bytes: &[u8], count: usize) -> Vec<u8> {
    let (scan, end) = (at(bytes, 0xda), bytes.len() - 2);
    let header = &bytes[scan..scan + 2 + usize::from(bytes[scan + 3])];
    [&bytes[..end], &header.repeat(count), &bytes[end..]].concat()
}

pub(crate) fn files() -> Vec<File> {
    let (plain, progressive) = (sound(), encoded(|encoder| encoder.set_progressive(true)));
    let (frame, scan) = (at(&plain, 0xc0), at(&plain, 0xda));
    let size = |bytes: &[u8], at: usize, rows: u16, columns: u16| {
        patched(bytes, at + 5, &[rows.to_be_bytes(), columns.to_be_bytes()].concat())
    };
    let progressive_frame = at(&progressive, 0xc2);
    let cut = |length: usize| plain[..length].to_vec();
    vec![
        ("start marker alone", cut(3)),
        ("start and end marker", vec![0xff, 0xd8, 0xff, 0xd9]),
        ("cut inside the frame header", cut(frame + 6)),
        ("cut inside the scan header", cut(scan + 5)),
        ("cut in the middle of the picture", cut(scan + (plain.len() - scan) / 2)),
        ("cut in the middle of the picture and closed", {
            [&plain[..scan + (plain.len() - scan) / 2], &[0xff, 0xd9]].concat()
        }),
        (
            "a marker in the middle of the picture",
            patched(&plain, scan + (plain.len() - scan) / 2, &[0xff, 0xd3]),
        ),
        ("without the end marker", cut(plain.len() - 2)),
        ("half of the end marker", cut(plain.len() - 1)),
        ("progressive and cut", progressive[..progressive.len() * 2 / 3].to_vec()),
        ("no columns", size(&plain, frame, 48, 0)),
        ("no rows", size(&plain, frame, 0, 64)),
        ("65535 x 65535", size(&plain, frame, 65535, 65535)),
        ("65535 x 65535, progressive", size(&progressive, progressive_frame, 65535, 65535)),
        ("just beyond the limit", size(&plain, frame, 20000, 10001)),
        ("12 bits a sample", patched(&plain, frame + 4, &[12])),
        ("no component", patched(&plain, frame + 9, &[0])),
        ("255 components", patched(&plain, frame + 9, &[255])),
        ("sampling factor 0", patched(&plain, frame + 11, &[0])),
        ("sampling factor 15", patched(&plain, frame + 11, &[0xff])),
        ("arithmetic coding", patched(&plain, frame + 1, &[0xc9])),
        ("lossless", patched(&plain, frame + 1, &[0xc3])),
        ("hierarchical", patched(&plain, frame + 1, &[0xc5])),
        ("no Huffman tables", without(&plain, 0xc4)),
        ("no quantisation tables", without(&plain, 0xdb)),
        ("no frame header", without(&plain, 0xc0)),
        ("two frame headers", [&plain[..frame], &plain[frame..frame + 19], &plain[frame..]].concat()),
        ("a segment beyond the end", patched(&plain, 4, &[0xff, 0xff])),
        ("ten thousand scans", with_scans(&plain, 10_000)),
        ("ten thousand progressive scans", with_scans(&progressive, 10_000)),
        (
            "a hundred scans of a large picture",
            with_scans(&size(&progressive, progressive_frame, 14000, 14000), 80),
        ),
        ("a scan of an unknown component", patched(&plain, scan + 5, &[77])),
        ("a picture of fill bytes", [&plain[..scan], &[0xff; 5000][..], &[0xd9]].concat()),
    ]
}

/// Files that a decoder may or may not make sense of.
pub(crate) fn odd() -> Vec<File> {
    let (plain, progressive) = (sound(), encoded(|encoder| encoder.set_progressive(true)));
    let scan = at(&plain, 0xda) + 14;
    let noise: Vec<u8> = (0..3000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 & 0xfe).collect();
    let looping = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0xff, 0xff, 0x01, 0x12, 0, 3, 0xff, 0xff, 0xff, 0xff, 0, 0];
    vec![
        ("noise for a picture", [&plain[..scan], &noise, &[0xff, 0xd9]].concat()),
        (
            "noise for a progressive picture",
            [&progressive[..progressive.len() / 2], &noise, &[0xff, 0xd9]].concat(),
        ),
        (
            "an orientation mark that leads nowhere",
            encoded(|encoder| encoder.add_exif_metadata(&looping).unwrap()),
        ),
        ("a large picture of nothing", {
            let frame = at(&plain, 0xc0);
            patched(&plain, frame + 5, &[4000u16.to_be_bytes(), 4000u16.to_be_bytes()].concat())
        }),
    ]
}
