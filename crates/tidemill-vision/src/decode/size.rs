//! How large an image is, and what decoding it will take, from its header alone.

use super::jpeg_segments::JpegSegments;
use super::{DecodeError, DecodeLimits, ImageFormat, fence, other};

/// What the header of an image says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// By the first bytes.
    pub format: ImageFormat,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The most bytes that decoding holds at once, the returned pixels included. An estimate to budget by.
    pub decode_bytes: u64,
}

/// Reads the header and refuses what [`decode`](super::decode) would refuse by its size.
pub fn dimensions(bytes: &[u8], limits: &DecodeLimits) -> Result<Dimensions, DecodeError> {
    let format = ImageFormat::sniff(bytes).ok_or(DecodeError::UnknownFormat)?;
    fence::run(|| match format {
        ImageFormat::Jpeg => jpeg(bytes, limits),
        _ => other(bytes, format, limits),
    })
}

/// Pixels in all, if there are some and not too many.
pub(super) fn check(width: u64, height: u64, limits: &DecodeLimits) -> Result<u64, DecodeError> {
    let pixels = width.saturating_mul(height);
    if pixels == 0 {
        return Err(DecodeError::ZeroSize);
    }
    if pixels > limits.pixels_max {
        return Err(DecodeError::TooLarge { width, height, pixels_max: limits.pixels_max });
    }
    Ok(pixels)
}

/// Several scans have all coefficients in memory, 2 bytes each, until the last one is read.
fn jpeg(bytes: &[u8], limits: &DecodeLimits) -> Result<Dimensions, DecodeError> {
    let frame = JpegSegments::read_frame(bytes);
    if frame.components == 0 {
        return Err(DecodeError::Damaged("there is no frame header".to_owned()));
    }
    let pixels = check(u64::from(frame.width), u64::from(frame.height), limits)?;
    // Print colours are held beside what they become.
    let samples = if frame.components == 4 { 7 } else { 3 };
    let pixel_bytes = samples + if frame.several_scans { 2 * u64::from(frame.components) } else { 1 };
    Ok(Dimensions {
        format: ImageFormat::Jpeg,
        width: u32::from(frame.width),
        height: u32::from(frame.height),
        decode_bytes: pixels.saturating_mul(pixel_bytes),
    })
}

/// The decoder's own samples, perhaps once more inside of it, and the pixels made of them.
fn other(bytes: &[u8], format: ImageFormat, limits: &DecodeLimits) -> Result<Dimensions, DecodeError> {
    let decoder = other::open(bytes, format)?;
    let (width, height) = decoder.dimensions();
    let pixels = check(u64::from(width), u64::from(height), limits)?;
    let samples = decoder.total_bytes();
    let decode_bytes = samples.saturating_mul(2).saturating_add(pixels.saturating_mul(4));
    Ok(Dimensions { format, width, height, decode_bytes })
}
