//! JPEG files.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::jpeg_segments::JpegSegments;
use super::{DecodeError, DecodeLimits, DecodeWarning, Decoded, ImageFormat, Orientation, size};
use crate::Pixels;

/// The most passes over an image; encoders make about ten.
const SCANS_MAX: usize = 100;
/// The most passes times pixels, so that a large image of many empty passes does not keep a core for minutes.
const SCAN_PIXELS_MAX: u64 = 4_000_000_000;

pub(super) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, DecodeError> {
    let segments = JpegSegments::read(bytes);
    check(&segments, limits)?;
    let end = segments.end.ok_or(DecodeError::Truncated)?;
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(true)
        .jpeg_set_max_scans(SCANS_MAX)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes[..end]), options);
    let rgb = decoder.decode()?;
    let (width, height) = decoder.dimensions().ok_or(DecodeError::Truncated)?;
    let orientation = decoder.exif().and_then(|exif| image::metadata::Orientation::from_exif_chunk(exif));
    Ok(Decoded {
        pixels: Pixels::new(width as u32, height as u32, rgb).ok_or(DecodeError::ZeroSize)?,
        alpha: None,
        format: ImageFormat::Jpeg,
        was_rgb8: segments.components == 3,
        orientation: orientation.map_or(Orientation::Upright, Orientation::from),
        warnings: (bytes.len() > end)
            .then(|| DecodeWarning::TrailingBytes(bytes.len() - end))
            .into_iter()
            .collect(),
    })
}

fn check(segments: &JpegSegments, limits: &DecodeLimits) -> Result<(), DecodeError> {
    if segments.components == 0 {
        return Err(match segments.end {
            Some(_) => DecodeError::Damaged("there is no frame header".to_owned()),
            None => DecodeError::Truncated,
        });
    }
    let pixels = size::check(u64::from(segments.width), u64::from(segments.height), limits)?;
    let scans = segments.scans;
    if scans > SCANS_MAX || pixels.saturating_mul(scans as u64) > SCAN_PIXELS_MAX {
        return Err(DecodeError::TooCostly(format!("{scans} passes over the image")));
    }
    Ok(())
}
