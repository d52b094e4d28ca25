//! Smaller versions of stored images, as the parameter `x-image-process` asks for them.
//!
//! `image/resize,m_lfit,h_200` and the like; several steps are joined by `/`. Transparent parts become grey. The
//! orientation mark of the image is kept rather than applied, so that places in pixels stay places in the image.

mod parse;
mod resize;

use std::borrow::Cow;

pub use resize::{Mode, Resize};

use crate::encode::{encode_turned, encode_webp, jpeg};
use crate::{DecodeError, DecodeLimits, Dimensions, EncodeError, ImageFormat, decode, dimensions};

/// The longest side of an image before and after, in pixels.
pub const SIDE_MAX: u32 = 4096;
/// The largest file before and after, in bytes.
pub const FILE_BYTES_MAX: usize = 20_000_000;
/// The most memory that one image may take.
pub const WORK_BYTES_MAX: u64 = 400 << 20;
/// The quality of JPEG files.
const QUALITY: u8 = 85;

/// Why an image is not processed.
#[derive(Debug, thiserror::Error)]
pub enum ThumbnailError {
    /// The parameter says something else than what can be done.
    #[error("{0}")]
    Parameter(String),
    /// The object is larger than [`FILE_BYTES_MAX`].
    #[error("the image or the result has {0} bytes, at most {FILE_BYTES_MAX} are processed")]
    FileTooLarge(usize),
    /// A side is longer than [`SIDE_MAX`].
    #[error("{width} x {height} pixels; sides up to {SIDE_MAX} are processed")]
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// It would take more than [`WORK_BYTES_MAX`].
    #[error("the image takes more than {WORK_BYTES_MAX} bytes to process")]
    TooCostly,
    /// The object is no image, or a damaged one.
    #[error("the object is no sound image: {0}")]
    Decode(#[from] DecodeError),
    /// The result cannot be written.
    #[error("{0}")]
    Encode(#[from] EncodeError),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Resize(Resize),
    Format(ImageFormat),
    Info,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processed {
    /// An image file, or JSON for `image/info`.
    pub bytes: Vec<u8>,
    /// What the bytes are.
    pub media_type: &'static str,
}

impl Process {
    /// Reads the parameter.
    pub fn parse(text: &str) -> Result<Self, ThumbnailError> {
        parse::process(text).map_err(ThumbnailError::Parameter)
    }

    /// The most bytes that [`Self::run`] will hold at once for this image, by its header alone.
    pub fn work_bytes(&self, bytes: &[u8]) -> Result<u64, ThumbnailError> {
        let found = measured(bytes)?;
        let rgb_bytes = |(width, height): (u32, u32)| u64::from(width) * u64::from(height) * 3;
        let mut size = (found.width, found.height);
        let (mut largest, own) = (rgb_bytes(size), rgb_bytes(size));
        for step in &self.steps {
            if let Step::Resize(resize) = step {
                size = resize.target(size.0, size.1);
                check_sides(size.0, size.1)?;
                largest = largest.max(rgb_bytes(size));
            }
        }
        // What decoding takes, the copy without transparency, a step's result, and the file made of it.
        let bytes = found.decode_bytes + own + 2 * largest;
        if bytes > WORK_BYTES_MAX {
            return Err(ThumbnailError::TooCostly);
        }
        Ok(bytes)
    }

    /// Does it.
    pub fn run(&self, bytes: &[u8]) -> Result<Processed, ThumbnailError> {
        self.work_bytes(bytes)?;
        let found = measured(bytes)?;
        if self.steps.contains(&Step::Info) {
            return Ok(info(bytes.len(), &found));
        }
        let decoded = decode(bytes, &limits())?;
        let mut pixels = decoded.over_grey();
        let mut format =
            if decoded.format == ImageFormat::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
        for step in &self.steps {
            match step {
                Step::Resize(resize) => {
                    let (width, height) = resize.target(pixels.width(), pixels.height());
                    check_sides(width, height)?;
                    pixels = Cow::Owned(crate::resize(&pixels, width, height));
                }
                Step::Format(wanted) => format = *wanted,
                Step::Info => {}
            }
        }
        let file = match format {
            ImageFormat::Jpeg => jpeg(&pixels, QUALITY, decoded.orientation)?,
            ImageFormat::WebP => encode_webp(&pixels)?,
            _ => encode_turned(&pixels, format, decoded.orientation)?,
        };
        if file.len() > FILE_BYTES_MAX {
            return Err(ThumbnailError::FileTooLarge(file.len()));
        }
        Ok(Processed { bytes: file, media_type: format.media_type() })
    }
}

fn measured(bytes: &[u8]) -> Result<Dimensions, ThumbnailError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ThumbnailError::FileTooLarge(bytes.len()));
    }
    let found = dimensions(bytes, &limits())?;
    check_sides(found.width, found.height)?;
    Ok(found)
}

fn limits() -> DecodeLimits {
    DecodeLimits { pixels_max: u64::from(SIDE_MAX) * u64::from(SIDE_MAX) }
}

fn check_sides(width: u32, height: u32) -> Result<(), ThumbnailError> {
    if width.max(height) > SIDE_MAX {
        return Err(ThumbnailError::TooLarge { width, height });
    }
    Ok(())
}

fn info(size: usize, found: &Dimensions) -> Processed {
    let json = serde_json::json!({
        "format": found.format.extension(), "width": found.width, "height": found.height, "size": size,
    });
    Processed { bytes: json.to_string().into_bytes(), media_type: "application/json" }
}
