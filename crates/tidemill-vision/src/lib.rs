//! Image samples: what they look like, whether they are sound, and what can be made of them.
//!
//! Pure functions from bytes and label files to bytes, label files and numbers. No I/O, no clock; the same input
//! gives the same output on every machine.

mod distribution;
pub mod parameters;
mod pixels;
mod rect;
pub mod seed;

pub use pixels::Pixels;
pub use rect::{Rect, Visible};
