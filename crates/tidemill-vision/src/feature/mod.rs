//! Feature metrics: numbers that describe an image and the boxes on it.
//!
//! One sweep over the rows gives the six metrics of an image and its [`Blocks`], from which the hashes are made. The
//! metrics of boxes are made from its luma. All sums are of integers, so the order of the additions does not matter.

mod blocks;
mod blur;
mod box_pixels;
mod brightness;
mod colorfulness;
pub mod distribution;
mod luma;
mod metric;
mod overlap;
mod placement;
mod row;
mod saturation;
mod sweep;

pub use blocks::Blocks;
pub use metric::{Bins, Metric, Unit};
pub use sweep::image_features;

use crate::{Pixels, Rect, Visible};
use luma::Luma;

/// The metrics 1 to 6, of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageFeatures {
    /// Pixels.
    pub resolution: f64,
    /// Height over width.
    pub aspect_ratio: f64,
    /// Mean luma, 0 to 255.
    pub brightness: f64,
    /// Mean of `(max - min) / max` over the pixels, 0 to 1.
    pub saturation: f64,
    /// Variance of the Laplacian of the luma; larger is sharper.
    pub blur_score: f64,
    /// Spread and offset of the opponent colours; 0 is grey.
    pub colorfulness: f64,
}

/// The metrics 9 to 14, of one box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxFeatures {
    /// Height over width.
    pub aspect_ratio: f64,
    /// Area of the box over the area of the image.
    pub area_ratio: f64,
    /// Distance of the centre from that of the image; 0 at the centre, 1 at the border.
    pub marginalization: f64,
    /// Share of the box that other boxes of the image cover.
    pub overlap: f64,
    /// Mean luma of the crop.
    pub brightness: f64,
    /// Variance of the Laplacian of the crop, reflected at the crop's own border.
    pub blur_score: f64,
}

/// All metrics of one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Of the image.
    pub image: ImageFeatures,
    /// Of its boxes, in the order they were given; empty if it has none or none that counts.
    pub boxes: Vec<BoxFeatures>,
}

impl Features {
    /// Appends this sample's values of a metric: one, or one a box.
    pub fn extend(&self, metric: Metric, column: &mut Vec<f64>) {
        let image = &self.image;
        match metric {
            Metric::Resolution => column.push(image.resolution),
            Metric::AspectRatio => column.push(image.aspect_ratio),
            Metric::Brightness => column.push(image.brightness),
            Metric::Saturation => column.push(image.saturation),
            Metric::BlurScore => column.push(image.blur_score),
            Metric::Colorfulness => column.push(image.colorfulness),
            Metric::BoxNumber => column.push(self.boxes.len() as f64),
            Metric::BoxAreaStd => column.push(placement::area_std(&self.boxes)),
            Metric::BoxAspectRatio => column.extend(self.boxes.iter().map(|b| b.aspect_ratio)),
            Metric::BoxAreaRatio => column.extend(self.boxes.iter().map(|b| b.area_ratio)),
            Metric::BoxMarginalization => column.extend(self.boxes.iter().map(|b| b.marginalization)),
            Metric::BoxOverlap => column.extend(self.boxes.iter().map(|b| b.overlap)),
            Metric::BoxBrightness => column.extend(self.boxes.iter().map(|b| b.brightness)),
            Metric::BoxBlurScore => column.extend(self.boxes.iter().map(|b| b.blur_score)),
        }
    }
}

/// The metrics of the boxes of an image that [`countable`] keeps, in their order.
pub fn box_features(pixels: &Pixels, boxes: &[Rect]) -> Vec<BoxFeatures> {
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let boxes = countable(boxes, width, height);
    if boxes.is_empty() {
        return Vec::new();
    }
    let overlaps = overlap::overlaps(&boxes);
    let crops = box_pixels::measure(&Luma::of(pixels), &boxes);
    let features = |((rect, overlap), crop): ((&Rect, f64), box_pixels::Crop)| BoxFeatures {
        aspect_ratio: rect.height() / rect.width(),
        area_ratio: rect.area() / (width * height),
        marginalization: placement::marginalization(rect, width, height),
        overlap,
        brightness: crop.brightness(),
        blur_score: crop.blur_score(),
    };
    boxes.iter().zip(overlaps).zip(crops).map(features).collect()
}

/// The boxes that count, clipped to the image: finite, not swapped, at least half inside and no side shorter than
/// [`Rect::SIDE_MIN`] before and after.
pub fn countable(boxes: &[Rect], width: f64, height: f64) -> Vec<Rect> {
    let in_order = |rect: &&Rect| {
        [rect.xmin, rect.ymin, rect.xmax, rect.ymax].iter().all(|side| side.is_finite())
            && rect.xmin <= rect.xmax
            && rect.ymin <= rect.ymax
            && !rect.is_too_thin()
    };
    let visible = |rect: &Rect| match rect.visible(width, height) {
        Visible::Whole(rect) | Visible::Clipped(rect) => Some(rect),
        Visible::MostlyOutside | Visible::TooThin => None,
    };
    boxes.iter().filter(in_order).filter_map(visible).collect()
}
