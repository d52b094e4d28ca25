//! Pixels to image files.

use image::codecs::{bmp::BmpEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

use crate::{ImageFormat, Orientation, Pixels};

/// The quality of JPEG files that become samples.
const SAMPLE_QUALITY: u8 = 95;
/// The longest side of a JPEG file that the library writes.
const JPEG_SIDE_MAX: u32 = 65_500;
/// Where the JFIF segment of a file of ours ends: the start marker, and a segment of always the same length.
const JFIF_END: usize = 2 + 18;

/// Why pixels could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// Neither JPEG, PNG nor BMP.
    #[error("{0:?} files are read only")]
    Format(ImageFormat),
    /// Too wide or too high for the format.
    #[error("{width} x {height} pixels do not fit into a {format:?} file")]
    Size {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// The format.
        format: ImageFormat,
    },
    /// The encoder refused.
    #[error("{0}")]
    Encoder(String),
}

/// A file for a sample: JPEG with quality 95 and full colour resolution, PNG or BMP.
pub fn encode(pixels: &Pixels, format: ImageFormat) -> Result<Vec<u8>, EncodeError> {
    encode_turned(pixels, format, Orientation::Upright)
}

/// A file for a sample that asks viewers to turn it; bitmaps cannot ask.
pub(crate) fn encode_turned(
    pixels: &Pixels,
    format: ImageFormat,
    orientation: Orientation,
) -> Result<Vec<u8>, EncodeError> {
    let mut file = Vec::new();
    match format {
        ImageFormat::Jpeg => return jpeg(pixels, SAMPLE_QUALITY, orientation),
        ImageFormat::Png => {
            let mut encoder = PngEncoder::new(&mut file);
            if orientation != Orientation::Upright {
                let marked = encoder.set_exif_metadata(orientation.exif());
                marked.map_err(|error| EncodeError::Encoder(error.to_string()))?;
            }
            write(pixels, encoder)?;
        }
        ImageFormat::Bmp => write(pixels, BmpEncoder::new(&mut file))?,
        ImageFormat::Gif | ImageFormat::WebP | ImageFormat::Tiff => return Err(EncodeError::Format(format)),
    }
    Ok(file)
}

/// A JPEG file of this quality, 1 to 100, with full colour resolution.
pub fn encode_jpeg(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, EncodeError> {
    jpeg(pixels, quality, Orientation::Upright)
}

/// A WebP file without loss.
pub(crate) fn encode_webp(pixels: &Pixels) -> Result<Vec<u8>, EncodeError> {
    let mut file = Vec::new();
    write(pixels, WebPEncoder::new_lossless(&mut file))?;
    Ok(file)
}

/// A JPEG file of this quality that asks viewers to turn it.
pub(crate) fn jpeg(pixels: &Pixels, quality: u8, orientation: Orientation) -> Result<Vec<u8>, EncodeError> {
    let (width, height) = (pixels.width(), pixels.height());
    if width.max(height) > JPEG_SIDE_MAX {
        return Err(EncodeError::Size { width, height, format: ImageFormat::Jpeg });
    }
    let mut file = compressed(pixels, quality).map_err(|error| EncodeError::Encoder(error.to_string()))?;
    if orientation != Orientation::Upright {
        insert_exif(&mut file, &orientation.exif());
    }
    Ok(file)
}

fn compressed(pixels: &Pixels, quality: u8) -> turbojpeg::Result<Vec<u8>> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(quality.clamp(1, 100).into())?;
    compressor.set_subsamp(Subsamp::None)?;
    compressor.compress_to_vec(Image {
        pixels: pixels.rgb(),
        width: pixels.width() as usize,
        pitch: pixels.stride(),
        height: pixels.height() as usize,
        format: PixelFormat::RGB,
    })
}

/// Puts an EXIF block behind the first segment, which the format reserves for JFIF.
fn insert_exif(file: &mut Vec<u8>, exif: &[u8]) {
    let heading = b"Exif\0\0";
    // The length counts its own two bytes; the block has some thirty.
    let length = ((2 + heading.len() + exif.len()) as u16).to_be_bytes();
    let segment = [&[0xff, 0xe1], length.as_slice(), heading, exif].concat();
    file.splice(JFIF_END..JFIF_END, segment);
}

fn write(pixels: &Pixels, encoder: impl ImageEncoder) -> Result<(), EncodeError> {
    encoder
        .write_image(pixels.rgb(), pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
        .map_err(|error| EncodeError::Encoder(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DecodeLimits, decode};

    #[test]
    fn a_jpeg_file_asks_to_be_turned() {
        let pixels = Pixels::new(3, 2, (0..18).collect()).unwrap();
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number);
            let file = jpeg(&pixels, 95, orientation).unwrap();
            assert_eq!(decode(&file, &DecodeLimits::default()).unwrap().orientation, orientation);
        }
    }

    #[test]
    fn sides_that_no_jpeg_file_has_are_refused() {
        let wide = |width: u32| Pixels::new(width, 1, vec![7; width as usize * 3]).unwrap();
        assert!(encode_jpeg(&wide(JPEG_SIDE_MAX), 95).is_ok());
        assert!(matches!(encode_jpeg(&wide(JPEG_SIDE_MAX + 1), 95), Err(EncodeError::Size { .. })));
    }
}
