//! JPEG files, by libjpeg-turbo.
//!
//! It is written in C, so it only gets what was measured before: files that are whole, of the common kinds of frame,
//! and not too large.

use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat};

use super::jpeg_segments::JpegSegments;
use super::{
    DecodeError, DecodeLimits, DecodeWarning, Decoded, ImageFormat, Orientation, print_colours, size,
};
use crate::Pixels;

/// The most passes over an image; encoders make about ten.
const SCANS_MAX: usize = 100;
/// The most passes times pixels, so that a large image of many empty passes does not keep a core for minutes.
const SCAN_PIXELS_MAX: u64 = 4_000_000_000;

pub(super) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, DecodeError> {
    let segments = JpegSegments::read(bytes);
    check(&segments, limits)?;
    let end = segments.end.ok_or(DecodeError::Truncated)?;
    let orientation = segments.exif.and_then(image::metadata::Orientation::from_exif_chunk);
    Ok(Decoded {
        pixels: pixels(&bytes[..end], &segments)?,
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

fn check(segments: &JpegSegments<'_>, limits: &DecodeLimits) -> Result<(), DecodeError> {
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
    let damaged = |problem: &str| Err(DecodeError::Damaged(problem.to_owned()));
    if !segments.is_common {
        return damaged(
            "only baseline and progressive files with 8 bits a sample and Huffman coding are read",
        );
    }
    // The library would take the usual ones.
    if !segments.has_tables {
        return damaged("there are no Huffman tables");
    }
    Ok(())
}

fn pixels(file: &[u8], segments: &JpegSegments<'_>) -> Result<Pixels, DecodeError> {
    let mut decompressor = Decompressor::new()?;
    decompressor.set_scan_limit(SCANS_MAX as u32)?;
    let header = decompressor.read_header(file)?;
    let (width, height) = (usize::from(segments.width), usize::from(segments.height));
    if (header.width, header.height) != (width, height) {
        return Err(DecodeError::Damaged("it has several sizes".to_owned()));
    }
    let format = match header.colorspace {
        Colorspace::CMYK | Colorspace::YCCK => PixelFormat::CMYK,
        _ => PixelFormat::RGB,
    };
    let pitch = width * format.size();
    let mut samples = vec![0; pitch * height];
    let image = Image { pixels: samples.as_mut_slice(), width, pitch, height, format };
    decompressor.decompress(file, image).or_else(sound)?;
    let rgb = if format == PixelFormat::CMYK { print_colours::to_rgb(&samples) } else { samples };
    Pixels::new(u32::from(segments.width), u32::from(segments.height), rgb).ok_or(DecodeError::ZeroSize)
}

/// The library warns by an error and tells of the first oddity only. One is harmless: bytes between the last scan and
/// the end marker, which some cameras write. Then all pixels are there.
fn sound(error: turbojpeg::Error) -> Result<(), turbojpeg::Error> {
    let is_padded = error.to_string().ends_with("extraneous bytes before marker 0xd9");
    if is_padded { Ok(()) } else { Err(error) }
}
