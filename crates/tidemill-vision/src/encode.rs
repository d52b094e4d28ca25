//! Pixels to image files.

use image::codecs::{bmp::BmpEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{ImageFormat, Orientation, Pixels};

/// The quality of JPEG files that become samples.
const SAMPLE_QUALITY: u8 = 95;

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
    let (Ok(columns), Ok(rows)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(EncodeError::Size { width, height, format: ImageFormat::Jpeg });
    };
    let wrong = |error: jpeg_encoder::EncodingError| EncodeError::Encoder(error.to_string());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    if orientation != Orientation::Upright {
        encoder.add_exif_metadata(&orientation.exif()).map_err(wrong)?;
    }
    encoder.encode(pixels.rgb(), columns, rows, ColorType::Rgb).map_err(wrong)?;
    Ok(file)
}

fn write(pixels: &Pixels, encoder: impl ImageEncoder) -> Result<(), EncodeError> {
    encoder
        .write_image(pixels.rgb(), pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
        .map_err(|error| EncodeError::Encoder(error.to_string()))
}
