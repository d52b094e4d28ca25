//! Label files in the PASCAL VOC format: reading, repairing, writing.
//!
//! Reading takes any bytes: at most [`FILE_BYTES_MAX`], no document type, no entities but the five of XML, bounded in
//! depth and number of elements. Elements are found by local name. What is not known here is carried through.

mod document;
mod element;
mod error;
mod number;
mod object;
mod properties;
mod repair;
mod shape;
mod text;
mod write;

pub use document::{Document, ImageSize};
pub use element::Element;
pub use error::VocError;
pub use object::Object;
pub use repair::{Finding, Repair, repair};
pub use shape::{Point, Shape};

/// The largest label file, in bytes.
pub const FILE_BYTES_MAX: usize = 16 << 20;
/// Elements inside of elements.
pub const DEPTH_MAX: usize = 64;
/// Elements of a file. A box takes about twelve, so this is far beyond what people draw.
pub const ELEMENTS_MAX: usize = 500_000;
/// Attributes of an element.
pub const ATTRIBUTES_MAX: usize = 256;
