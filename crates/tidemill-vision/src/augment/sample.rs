//! A product of a sample: its pixels, and its labels with them.

use thiserror::Error;

use super::{Drawn, Fate, Placement};
use crate::voc::{Document, ImageSize, Shape};
use crate::{Pixels, Rect};

/// Why a sample has no product.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Discard {
    /// The product would be larger than [`Drawn::PIXELS_MAX`].
    #[error("the product would have {width} x {height} pixels, more than {max}", max = Drawn::PIXELS_MAX)]
    TooLarge {
        /// Columns of the product.
        width: u64,
        /// Rows of the product.
        height: u64,
    },
    /// The operator moves pixels, and the labels hold a shape that is no box.
    #[error("the label {object} is a {shape}, and an operator that moves pixels carries only boxes along")]
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
}

impl Discard {
    /// A stable word for the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::UnsupportedShape { .. } => "unsupported_shape",
            Self::BoxLeaves { .. } => "box_leaves_image",
            Self::NoBoxLeft => "no_box_left",
        }
    }
}

impl Drawn {
    /// The product of a decoded image and of its label file, if it has one: pixels changed, boxes moved, objects in
    /// their order, everything else as it was. Names and labels of classification don't pass through here: they never
    /// change.
    ///
    /// # Errors
    /// Why there is no product. Nothing was computed for it then.
    pub fn augment(
        &self,
        image: Pixels,
        labels: Option<Document>,
    ) -> Result<(Pixels, Option<Document>), Discard> {
        let (width, height) = (image.width(), image.height());
        let size = self.size(width, height)?;
        let labels = labels.map(|labels| self.carry(labels, (width, height), size)).transpose()?;
        Ok((self.step().apply(image), labels))
    }

    /// The labels of the product of an image of this size.
    fn carry(
        &self,
        mut labels: Document,
        (width, height): (u32, u32),
        after: (u32, u32),
    ) -> Result<Document, Discard> {
        if self.step().is_geometric() {
            refuse_other_shapes(&labels)?;
        }
        let boxes: Vec<Rect> = labels.objects.iter().filter_map(|object| object.rect()).collect();
        let fates = match self.place(&boxes, width, height) {
            Placement::Boxes(fates) => fates,
            Placement::Discarded(fates) => return Err(discard(&labels, &fates)),
        };
        let mut fates = fates.into_iter();
        labels.objects.retain_mut(|object| {
            // Objects without a box keep what they have.
            let fate = if object.rect().is_some() { fates.next() } else { return true };
            let Some(Fate::Kept { rect, clipped }) = fate else { return false };
            object.set_rect(rect);
            if clipped {
                object.truncated = Some(true);
            }
            true
        });
        labels.set_size(ImageSize { width: after.0, height: after.1 });
        Ok(labels)
    }
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
