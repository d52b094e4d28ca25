//! GIF and WebP files.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};

use super::{File, patched, picture};

pub(crate) fn library(format: ImageFormat) -> Vec<u8> {
    let pixels = picture(20, 10);
    let image = RgbImage::from_raw(20, 10, pixels.rgb().to_vec()).unwrap();
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub(crate) fn files() -> Vec<File> {
    let (gif, webp) = (library(ImageFormat::Gif), library(ImageFormat::WebP));
    let canvas = |kind: &[u8; 4], size: u32| {
        let body = [&[0u8; 4][..], &size.to_le_bytes()[..3], &size.to_le_bytes()[..3]].concat();
        let total = (4 + 8 + body.len() as u32 + 8 + 5).to_le_bytes();
        let data = [&b"VP8L"[..], &5u32.to_le_bytes(), &[0x2f, 0, 0, 0, 0, 0]].concat();
        [b"RIFF", &total[..], b"WEBP", kind, &10u32.to_le_bytes(), &body, &data].concat()
    };
    vec![
        ("GIF header alone", gif[..6].to_vec()),
        ("GIF canvas 65535 x 65535", patched(&gif, 6, &[0xff; 4])),
        ("GIF without columns", patched(&gif, 6, &[0, 0])),
        ("GIF cut inside the picture", gif[..gif.len() - 40].to_vec()),
        ("GIF without a picture", [&gif[..13], &[0x3b]].concat()),
        ("WebP header alone", webp[..12].to_vec()),
        ("WebP cut", webp[..webp.len() / 2].to_vec()),
        ("WebP canvas 16777216 x 16777216", canvas(b"VP8X", 0x00ff_ffff)),
        ("WebP of an unknown kind", patched(&webp, 12, b"ABCD")),
        ("WebP data shorter than it says", patched(&webp, 16, &[0xff, 0xff, 0xff, 0x7f])),
    ]
}

/// Files that a decoder may or may not make sense of.
pub(crate) fn odd() -> Vec<File> {
    let gif = library(ImageFormat::Gif);
    let frame = gif.windows(5).position(|five| five == [0x2c, 0, 0, 0, 0]).unwrap();
    vec![
        ("GIF picture larger than its canvas", patched(&gif, frame + 5, &[0xff; 4])),
        ("GIF picture outside of its canvas", patched(&gif, frame + 1, &[0xff; 4])),
    ]
}
