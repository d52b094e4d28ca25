//! Files of every format and kind of pixel.

use image::{DynamicImage, ImageFormat as Writer};
use tidemill_vision::{
    DecodeError, DecodeLimits, DecodeWarning, Decoded, ImageFormat, Orientation, decode, dimensions, encode,
};

use super::support::{dynamic, file, jpeg, mean_difference, picture};

fn decoded(bytes: &[u8]) -> Decoded {
    decode(bytes, &DecodeLimits::default()).unwrap()
}

#[test]
fn lossless_formats_give_the_pixels_back() {
    let pixels = picture(37, 21);
    let cases = [
        (Writer::Png, ImageFormat::Png),
        (Writer::Bmp, ImageFormat::Bmp),
        (Writer::WebP, ImageFormat::WebP),
        (Writer::Tiff, ImageFormat::Tiff),
    ];
    for (writer, format) in cases {
        let bytes = file(&dynamic(&pixels), writer);
        let image = decoded(&bytes);
        assert_eq!((image.format, image.was_rgb8, image.alpha), (format, true, None));
        assert!(image.pixels == pixels, "{format:?}");
        let size = dimensions(&bytes, &DecodeLimits::default()).unwrap();
        assert_eq!((size.format, size.width, size.height), (format, 37, 21));
        assert!(size.decode_bytes >= 37 * 21 * 3);
    }
}

#[test]
fn jpeg_files_give_the_picture_whatever_their_layout() {
    let pixels = picture(67, 45);
    let plain = jpeg(&pixels, |encoder| encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_4_4));
    let progressive = jpeg(&pixels, |encoder| encoder.set_progressive(true));
    let restarts = jpeg(&pixels, |encoder| encoder.set_restart_interval(4));
    for bytes in [plain, progressive, restarts] {
        let image = decoded(&bytes);
        assert_eq!((image.format, image.was_rgb8, image.warnings.len()), (ImageFormat::Jpeg, true, 0));
        assert!(mean_difference(&image.pixels, &pixels) < 4.0);
        assert_eq!(dimensions(&bytes, &DecodeLimits::default()).unwrap().width, 67);
    }
}

#[test]
fn grey_alpha_and_deep_pixels_become_rgb() {
    let image = dynamic(&picture(16, 9));
    let kinds = [
        DynamicImage::ImageLuma8(image.to_luma8()),
        DynamicImage::ImageLumaA8(image.to_luma_alpha8()),
        DynamicImage::ImageRgba8(image.to_rgba8()),
        DynamicImage::ImageLuma16(image.to_luma16()),
        DynamicImage::ImageLumaA16(image.to_luma_alpha16()),
        DynamicImage::ImageRgb16(image.to_rgb16()),
        DynamicImage::ImageRgba16(image.to_rgba16()),
    ];
    for kind in kinds {
        let read = decoded(&file(&kind, Writer::Png));
        assert!(!read.was_rgb8);
        assert_eq!(read.alpha.is_some(), kind.color().has_alpha());
        let is_deep = kind.color().bytes_per_pixel() == 2 * kind.color().channel_count();
        // The library rounds 16 bits to 8, we take the upper ones.
        let near = |(ours, theirs): (&u8, &u8)| ours.abs_diff(*theirs) <= u8::from(is_deep);
        assert!(read.pixels.rgb().iter().zip(kind.to_rgb8().as_raw()).all(near), "{:?}", kind.color());
    }
    let grey = jpeg_encoder_grey(&picture(16, 9));
    assert!(!decoded(&grey).was_rgb8);
    assert!(
        decoded(&grey).pixels.rgb().chunks_exact(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
    );
}

fn jpeg_encoder_grey(pixels: &tidemill_vision::Pixels) -> Vec<u8> {
    let grey: Vec<u8> = pixels.rgb().iter().step_by(3).copied().collect();
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder
        .encode(&grey, pixels.width() as u16, pixels.height() as u16, jpeg_encoder::ColorType::Luma)
        .unwrap();
    bytes
}

#[test]
fn of_sixteen_bits_the_upper_ones_count() {
    let pixel = image::Rgb([0x12ffu16, 0x80ff, 0xff00]);
    let deep = DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(3, 3, pixel));
    assert_eq!(decoded(&file(&deep, Writer::Png)).pixels.row(2)[..3], [0x12, 0x80, 0xff]);
}

#[test]
fn print_colours_become_rgb() {
    let magenta_and_yellow = [[0u8, 255, 255, 0]; 64].concat();
    for kind in [jpeg_encoder::ColorType::Cmyk, jpeg_encoder::ColorType::CmykAsYcck] {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 100).encode(&magenta_and_yellow, 8, 8, kind).unwrap();
        let image = decoded(&bytes);
        assert!(!image.was_rgb8);
        let pixel = &image.pixels.row(4)[12..15];
        assert!(pixel[0] > 250 && pixel[1] < 5 && pixel[2] < 5, "{pixel:?}");
    }
}

#[test]
fn transparent_parts_are_dropped_or_become_grey() {
    let mut image = image::RgbaImage::from_pixel(2, 1, image::Rgba([200, 10, 10, 255]));
    image.put_pixel(1, 0, image::Rgba([200, 10, 10, 0]));
    let read = decoded(&file(&DynamicImage::ImageRgba8(image), Writer::Png));
    assert_eq!(read.pixels.rgb(), [200, 10, 10, 200, 10, 10]);
    assert_eq!(read.over_grey().rgb(), [200, 10, 10, 127, 127, 127]);
}

#[test]
fn of_an_animation_the_first_picture_counts() {
    let frames = [[255u8, 0, 0, 255], [0, 0, 255, 255]];
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for colour in frames {
        encoder
            .encode_frame(image::Frame::new(image::RgbaImage::from_pixel(4, 4, image::Rgba(colour))))
            .unwrap();
    }
    drop(encoder);
    let image = decoded(&bytes);
    assert_eq!((image.format, image.was_rgb8), (ImageFormat::Gif, false));
    assert_eq!(image.pixels.row(0)[..3], [255, 0, 0]);
}

#[test]
fn bytes_behind_the_end_are_told_of() {
    for writer in [Writer::Png, Writer::Bmp] {
        let mut bytes = file(&dynamic(&picture(8, 8)), writer);
        bytes.extend_from_slice(b"more");
        let warnings = decoded(&bytes).warnings;
        assert_eq!(warnings.is_empty(), writer == Writer::Bmp);
    }
    let mut bytes = jpeg(&picture(8, 8), |_| {});
    bytes.extend_from_slice(b"more");
    assert_eq!(decoded(&bytes).warnings, [DecodeWarning::TrailingBytes(4)]);
}

#[test]
fn bytes_before_the_end_marker_do_not_matter() {
    let plain = jpeg(&picture(40, 24), |_| {});
    let (picture, end) = plain.split_at(plain.len() - 2);
    let padded = [picture, &[0; 20], end].concat();
    assert!(decoded(&padded).pixels == decoded(&plain).pixels);
}

#[test]
fn orientation_is_read_and_not_applied() {
    let exif = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    let bytes = jpeg(&picture(24, 8), |encoder| encoder.add_exif_metadata(&exif).unwrap());
    let image = decoded(&bytes);
    assert_eq!((image.orientation, image.pixels.width()), (Orientation::Rotate90, 24));
}

#[test]
fn limits_hold_before_anything_is_decoded() {
    let bytes = file(&dynamic(&picture(30, 20)), Writer::Png);
    let limits = DecodeLimits { pixels_max: 599 };
    let error = DecodeError::TooLarge { width: 30, height: 20, pixels_max: 599 };
    assert_eq!(decode(&bytes, &limits).unwrap_err(), error);
    assert_eq!(dimensions(&bytes, &limits).unwrap_err(), error);
    assert!(decode(&bytes, &DecodeLimits { pixels_max: 600 }).is_ok());
    assert_eq!(decode(b"hello", &limits).unwrap_err().code(), "unknown_format");
}

#[test]
fn what_is_encoded_is_decoded() {
    let pixels = picture(33, 17);
    for format in [ImageFormat::Png, ImageFormat::Bmp] {
        assert!(decoded(&encode(&pixels, format).unwrap()).pixels == pixels);
    }
    let bytes = encode(&pixels, ImageFormat::Jpeg).unwrap();
    assert!(mean_difference(&decoded(&bytes).pixels, &pixels) < 2.0);
    let frame = bytes.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    assert_eq!(bytes[frame + 11], 0x11, "colour has the full resolution");
    assert!(encode(&pixels, ImageFormat::Gif).is_err());
}
