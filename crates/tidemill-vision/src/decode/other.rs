//! Every format but JPEG.

use std::io::Cursor;

use image::codecs::{
    bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder,
};
use image::{ExtendedColorType, ImageDecoder, Limits};

use super::png_chunks::PngChunks;
use super::{
    DecodeError, DecodeLimits, DecodeWarning, Decoded, ImageFormat, Orientation, channels, size, webp_chunks,
};
use crate::Pixels;

/// What a decoder may use beside the pixels: colour profiles, palettes, rows, dictionaries.
const OVERHEAD_BYTES_MAX: u64 = 64 << 20;

pub(super) fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &DecodeLimits,
) -> Result<Decoded, DecodeError> {
    let mut decoder = open(bytes, format)?;
    let (width, height) = decoder.dimensions();
    size::check(u64::from(width), u64::from(height), limits)?;
    let end = end(bytes, format)?;
    let was_rgb8 = is_rgb8(bytes, format, decoder.as_ref());
    let orientation = decoder.orientation().map_or(Orientation::Upright, Orientation::from);
    let color = decoder.color_type();
    let samples = read(decoder)?;
    let (rgb, alpha) = channels::split(samples, color)
        .ok_or_else(|| DecodeError::Damaged(format!("pixels of kind {color:?} are not supported")))?;
    Ok(Decoded {
        pixels: Pixels::new(width, height, rgb).ok_or(DecodeError::ZeroSize)?,
        alpha,
        format,
        was_rgb8,
        orientation,
        warnings: end
            .filter(|&end| end < bytes.len())
            .map(|end| DecodeWarning::TrailingBytes(bytes.len() - end))
            .into_iter()
            .collect(),
    })
}

/// A decoder that has read the header.
pub(super) fn open(bytes: &[u8], format: ImageFormat) -> Result<Box<dyn ImageDecoder + '_>, DecodeError> {
    let reader = Cursor::new(bytes);
    Ok(match format {
        ImageFormat::Png => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(OVERHEAD_BYTES_MAX);
            Box::new(PngDecoder::with_limits(reader, limits)?)
        }
        ImageFormat::Bmp => Box::new(BmpDecoder::new(reader)?),
        ImageFormat::Gif => Box::new(GifDecoder::new(reader)?),
        ImageFormat::WebP => Box::new(WebPDecoder::new(reader)?),
        ImageFormat::Tiff => Box::new(TiffDecoder::new(reader)?),
        ImageFormat::Jpeg => return Err(DecodeError::UnknownFormat),
    })
}

/// All samples, with the decoder's memory bounded by what the image needs.
fn read(mut decoder: Box<dyn ImageDecoder + '_>) -> Result<Vec<u8>, DecodeError> {
    let total = decoder.total_bytes();
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(total.saturating_mul(2).saturating_add(OVERHEAD_BYTES_MAX));
    decoder.set_limits(limits)?;
    let length = usize::try_from(total).map_err(|_| DecodeError::TooCostly(format!("{total} bytes")))?;
    let mut samples = vec![0; length];
    decoder.read_image_boxed(&mut samples)?;
    Ok(samples)
}

/// The offset behind the image, for formats that mark it; an error if the mark is missing.
fn end(bytes: &[u8], format: ImageFormat) -> Result<Option<usize>, DecodeError> {
    match format {
        ImageFormat::Png => PngChunks::read(bytes).end.map(Some).ok_or(DecodeError::Truncated),
        ImageFormat::WebP => webp_chunks::end(bytes).map(Some).ok_or(DecodeError::Truncated),
        _ => Ok(None),
    }
}

/// Whether the file stores three channels of 8 bits, whatever the decoder makes of it.
fn is_rgb8(bytes: &[u8], format: ImageFormat, decoder: &dyn ImageDecoder) -> bool {
    match format {
        ImageFormat::Png => PngChunks::read(bytes).is_rgb8,
        ImageFormat::Bmp => bmp_bits_per_pixel(bytes) == Some(24),
        ImageFormat::Gif => false,
        ImageFormat::WebP | ImageFormat::Tiff => decoder.original_color_type() == ExtendedColorType::Rgb8,
        ImageFormat::Jpeg => true,
    }
}

/// Bits a pixel by the header of a bitmap; the oldest kind of header is 12 bytes long.
fn bmp_bits_per_pixel(bytes: &[u8]) -> Option<u16> {
    let at = if bytes.get(14..18)? == [12, 0, 0, 0] { 24 } else { 28 };
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}
