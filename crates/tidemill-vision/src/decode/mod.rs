//! Image files to pixels.
//!
//! Any bytes may come in. Work and memory are bounded before anything is allocated: by the size the header states, by
//! the number of scans of a JPEG, by limits inside of the decoders.

mod channels;
mod error;
mod fence;
mod format;
mod jpeg;
mod jpeg_segments;
mod orientation;
mod other;
mod png_chunks;
mod print_colours;
mod size;
mod webp_chunks;

use std::borrow::Cow;

pub use error::DecodeError;
pub use format::ImageFormat;
pub use orientation::Orientation;
pub use size::{Dimensions, dimensions};

use crate::Pixels;

/// How large an image may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// The most pixels, width times height.
    pub pixels_max: u64,
}

impl Default for DecodeLimits {
    /// 200 million pixels.
    fn default() -> Self {
        Self { pixels_max: 200_000_000 }
    }
}

/// What was odd in a file that could be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeWarning {
    /// This many bytes follow the end of the image.
    TrailingBytes(usize),
}

/// An image file, decoded. The orientation is not applied.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Red, green and blue; grey and palettes expanded, alpha left out, of 16 bits the upper 8.
    pub pixels: Pixels,
    /// One byte a pixel, 255 for opaque, if the file has alpha.
    pub alpha: Option<Vec<u8>>,
    /// What the bytes are, whatever the name says.
    pub format: ImageFormat,
    /// Whether the file itself has three channels of 8 bits.
    pub was_rgb8: bool,
    /// How a viewer turns it.
    pub orientation: Orientation,
    /// What was odd.
    pub warnings: Vec<DecodeWarning>,
}

impl Decoded {
    /// What embeddings look at: transparent parts blended with a grey of 127.
    pub fn over_grey(&self) -> Cow<'_, Pixels> {
        match &self.alpha {
            Some(alpha) if alpha.iter().any(|&opacity| opacity != 255) => {
                let mut pixels = self.pixels.clone();
                channels::blend_with_grey(pixels.rgb_mut(), alpha);
                Cow::Owned(pixels)
            }
            _ => Cow::Borrowed(&self.pixels),
        }
    }
}

/// Decodes a file completely; of an animation the first picture.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, DecodeError> {
    let format = ImageFormat::sniff(bytes).ok_or(DecodeError::UnknownFormat)?;
    match format {
        ImageFormat::Jpeg => fence::run(|| jpeg::decode(bytes, limits)),
        _ => fence::run(|| other::decode(bytes, format, limits)),
    }
}
