//! Image samples: what they look like, whether they are sound, and what can be made of them.
//!
//! Pure functions from bytes and label files to bytes, label files and numbers. No I/O, no clock; the same input
//! gives the same output on every machine.

pub mod analysis;
pub mod augment;
mod decode;
mod distribution;
mod encode;
pub mod feature;
pub mod hash;
pub mod mask;
pub mod parameters;
mod pixels;
mod rect;
mod resize;
mod rounding;
pub mod seed;
pub mod thumbnail;
pub mod validation;
pub mod voc;

pub use decode::{
    DecodeError, DecodeLimits, DecodeWarning, Decoded, Dimensions, ImageFormat, Orientation, decode,
    dimensions,
};
pub use encode::{EncodeError, encode, encode_jpeg};
pub use pixels::Pixels;
pub use rect::{Rect, Visible};
pub use resize::resize;
