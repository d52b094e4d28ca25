//! Small images made on the spot, and files of every format.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat as Writer, RgbImage};
use tidemill_vision::Pixels;

/// A picture with gradients and edges, different in every channel.
pub(crate) fn picture(width: u32, height: u32) -> Pixels {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let edge = if (x / 8 + y / 8) % 2 == 0 { 0 } else { 90 };
            rgb.extend([(x * 255 / width) as u8, (y * 255 / height) as u8, edge + (x + y) as u8 % 60]);
        }
    }
    Pixels::new(width, height, rgb).unwrap()
}

/// The picture as the image library holds it.
pub(crate) fn dynamic(pixels: &Pixels) -> DynamicImage {
    DynamicImage::ImageRgb8(
        RgbImage::from_raw(pixels.width(), pixels.height(), pixels.rgb().to_vec()).unwrap(),
    )
}

/// A file of one of the formats that the image library writes.
pub(crate) fn file(image: &DynamicImage, format: Writer) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A JPEG file, made by the encoder library itself.
pub(crate) fn jpeg(pixels: &Pixels, set: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
    set(&mut encoder);
    let (width, height) = (pixels.width() as u16, pixels.height() as u16);
    encoder.encode(pixels.rgb(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

/// Mean absolute difference of two pictures of the same size.
pub(crate) fn mean_difference(left: &Pixels, right: &Pixels) -> f64 {
    assert_eq!((left.width(), left.height()), (right.width(), right.height()));
    let sum: u64 = left.rgb().iter().zip(right.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / left.rgb().len() as f64
}
