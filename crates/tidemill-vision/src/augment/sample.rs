//! Augmentation of a whole sample: image file and label file in, image file and label file out.

use thiserror::Error;

use super::{AugmentError, Augmentation, Drawn, Fate, Placement};
use crate::seed::{SampleKey, TaskSeed};
use crate::voc::{Document, ImageSize, Shape};
use crate::{DecodeError, DecodeLimits, EncodeError, ImageFormat, Pixels, Rect, decode, encode};

/// One sample.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The image file.
    pub bytes: &'a [u8],
    /// Its base name, such as `1.jpg`.
    pub name: &'a str,
    /// Its label file, if it has one. Labels of classification don't pass through here: they never change.
    pub labels: Option<&'a Document>,
    /// What the random numbers depend on.
    pub key: SampleKey,
}

/// A new sample.
#[derive(Clone, Debug)]
pub struct Product {
    /// The image file, in the format of the original if that can be written, else JPEG.
    pub bytes: Vec<u8>,
    /// Its base name.
    pub name: String,
    /// Columns and rows.
    pub size: (u32, u32),
    /// Its label file, if the original has one.
    pub labels: Option<Document>,
    /// What was drawn, to be recorded.
    pub drawn: Drawn,
}

/// Why there is no product.
#[derive(Debug, Error)]
pub enum Discard {
    /// The image can't be read.
    #[error("the image can't be decoded: {0}")]
    Undecodable(#[from] DecodeError),
    /// The product would be too large.
    #[error(transparent)]
    TooLarge(#[from] AugmentError),
    /// The operator moves pixels, and the labels hold a shape that is no box.
    #[error("the object {object} is a {shape}; this operator can only carry boxes along")]
    UnsupportedShape {
        /// The label.
        object: String,
        /// The element of the label file.
        shape: String,
    },
    /// A rotated box is not inside any more.
    #[error("the box of {object} would leave the image")]
    BoxLeaves {
        /// The label.
        object: String,
    },
    /// There were boxes, and all of them were dropped.
    #[error("no box would be left")]
    NoBoxLeft,
    /// The product can't be written.
    #[error("the product can't be written: {0}")]
    Unwritable(#[from] EncodeError),
}

impl Discard {
    /// A stable word for the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Undecodable(_) => "undecodable",
            Self::TooLarge(_) => "product_too_large",
            Self::UnsupportedShape { .. } => "unsupported_shape",
            Self::BoxLeaves { .. } => "box_leaves_image",
            Self::NoBoxLeft => "no_box_left",
            Self::Unwritable(_) => "unwritable",
        }
    }
}

/// Makes copy `copy` (from 1) of a sample: decodes, augments and encodes it.
pub fn augment_sample(
    augmentation: &Augmentation,
    input: &Input<'_>,
    seed: &TaskSeed,
    copy: u32,
    limits: &DecodeLimits,
) -> Result<Product, Discard> {
    let decoded = decode(input.bytes, limits)?;
    let format = written(decoded.format);
    let (pixels, labels, drawn) = augment_pixels(augmentation, decoded.pixels, input, seed, copy)?;
    let name = product_name(augmentation, input.name, format == decoded.format, copy);
    let labels = labels.map(|mut labels| {
        labels.set_text("filename", &name);
        labels
    });
    let size = (pixels.width(), pixels.height());
    Ok(Product { bytes: encode(&pixels, format)?, name, size, labels, drawn })
}

/// The same for an image that is decoded already; of `input` the bytes and the name are not looked at. For several
/// operators in a row, or several copies.
pub fn augment_pixels(
    augmentation: &Augmentation,
    pixels: Pixels,
    input: &Input<'_>,
    seed: &TaskSeed,
    copy: u32,
) -> Result<(Pixels, Option<Document>, Drawn), Discard> {
    let mut draws = seed.draws_of_sample(augmentation.name(), augmentation.canonical(), &input.key, copy);
    let drawn = augmentation.draw(&mut draws, pixels.width(), pixels.height());
    let labels =
        input.labels.map(|labels| carry(labels, &drawn, pixels.width(), pixels.height())).transpose()?;
    Ok((drawn.apply(pixels)?, labels, drawn))
}

/// What products are written as.
fn written(format: ImageFormat) -> ImageFormat {
    match format {
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Bmp => format,
        ImageFormat::Gif | ImageFormat::WebP | ImageFormat::Tiff => ImageFormat::Jpeg,
    }
}

/// The name of the original; `_<copy>` is added if there are several, and `.jpg` put in place if the format changed.
fn product_name(augmentation: &Augmentation, name: &str, same_format: bool, copy: u32) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, Some(extension)),
        _ => (name, None),
    };
    let number = if augmentation.copies() > 1 { format!("_{copy}") } else { String::new() };
    match extension.filter(|_| same_format) {
        Some(extension) => format!("{stem}{number}.{extension}"),
        None if same_format => format!("{stem}{number}"),
        None => format!("{stem}{number}.jpg"),
    }
}

/// The labels of the product: boxes moved, objects in their order, everything else as it was.
fn carry(labels: &Document, drawn: &Drawn, width: u32, height: u32) -> Result<Document, Discard> {
    let mut carried = labels.clone();
    if drawn.is_geometric() {
        refuse_other_shapes(labels)?;
    }
    let (new_width, new_height) = drawn.size(width, height)?;
    carried.set_size(ImageSize { width: new_width, height: new_height });
    let boxes: Vec<Rect> = labels.objects.iter().filter_map(|object| object.rect()).collect();
    let fates = match drawn.place(&boxes, width, height) {
        Placement::Boxes(fates) => fates,
        Placement::Discarded(fates) => return Err(discard(labels, &fates)),
    };
    let mut fates = fates.into_iter();
    carried.objects.retain_mut(|object| {
        // Objects without a box keep what they have.
        let fate = if object.rect().is_some() { fates.next() } else { return true };
        let Some(Fate::Kept { rect, clipped }) = fate else { return false };
        object.set_rect(rect);
        if clipped {
            object.truncated = Some(true);
        }
        true
    });
    Ok(carried)
}

fn refuse_other_shapes(labels: &Document) -> Result<(), Discard> {
    for object in &labels.objects {
        match &object.shape {
            Some(Shape::Box(_)) | None => {}
            Some(other) => {
                let (object, shape) = (object.name.clone(), other.kind().to_owned());
                return Err(Discard::UnsupportedShape { object, shape });
            }
        }
    }
    Ok(())
}

fn discard(labels: &Document, fates: &[Fate]) -> Discard {
    let mut with_boxes = labels.objects.iter().filter(|object| object.rect().is_some());
    let leaving =
        fates.iter().position(|fate| *fate == Fate::Discards).and_then(|index| with_boxes.nth(index));
    match leaving {
        Some(object) => Discard::BoxLeaves { object: object.name.clone() },
        None => Discard::NoBoxLeft,
    }
}

#[cfg(test)]
mod tests;
