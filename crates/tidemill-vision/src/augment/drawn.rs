//! What was drawn for one product.

use serde::{Deserialize, Serialize};

use super::boxes::{self, Placement};
use super::step::Step;
use super::{
    Discard, add_noise, blur, crop, cut_out, flip, grayscale, histogram_equal, light_arithmetic,
    light_contrast, motion_blur, padding, resize, rotate, saturation, scale, sharpen, shear, translate,
    weather,
};
use crate::Rect;

/// Everything that decides a product; the manifest keeps it as the property `@tidemill:aug`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operator")]
pub enum Drawn {
    /// For AddNoise.
    AddNoise(add_noise::Drawn),
    /// For Blur.
    Blur(blur::Drawn),
    /// For Crop.
    Crop(crop::Drawn),
    /// For CutOut.
    CutOut(cut_out::Drawn),
    /// For Flip.
    Flip(flip::Drawn),
    /// For Grayscale.
    Grayscale(grayscale::Drawn),
    /// For HistogramEqual.
    HistogramEqual(histogram_equal::Drawn),
    /// For LightArithmetic.
    LightArithmetic(light_arithmetic::Drawn),
    /// For LightContrast.
    LightContrast(light_contrast::Drawn),
    /// For MotionBlur.
    MotionBlur(motion_blur::Drawn),
    /// For Padding.
    Padding(padding::Drawn),
    /// For Resize.
    Resize(resize::Drawn),
    /// For Rotate.
    Rotate(rotate::Drawn),
    /// For Saturation.
    Saturation(saturation::Drawn),
    /// For Scale.
    Scale(scale::Drawn),
    /// For Sharpen.
    Sharpen(sharpen::Drawn),
    /// For Shear.
    Shear(shear::Drawn),
    /// For Translate.
    Translate(translate::Drawn),
    /// For Weather.
    Weather(weather::Drawn),
}

impl Drawn {
    /// The most pixels a product may have, as for images that are read.
    pub const PIXELS_MAX: u64 = 200_000_000;

    /// The size of the product of an image of this size.
    pub(super) fn size(&self, width: u32, height: u32) -> Result<(u32, u32), Discard> {
        let (width, height) = self.step().size(width, height);
        let fits = width.checked_mul(height).is_some_and(|pixels| pixels <= Self::PIXELS_MAX);
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(width), Ok(height)) if fits => Ok((width, height)),
            _ => Err(Discard::TooLarge { width, height }),
        }
    }

    /// What becomes of the boxes of an image of this size.
    pub(super) fn place(&self, boxes: &[Rect], width: u32, height: u32) -> Placement {
        boxes::place(self.step(), boxes, width, height)
    }

    pub(super) fn step(&self) -> &dyn Step {
        match self {
            Self::AddNoise(step) => step,
            Self::Blur(step) => step,
            Self::Crop(step) => step,
            Self::CutOut(step) => step,
            Self::Flip(step) => step,
            Self::Grayscale(step) => step,
            Self::HistogramEqual(step) => step,
            Self::LightArithmetic(step) => step,
            Self::LightContrast(step) => step,
            Self::MotionBlur(step) => step,
            Self::Padding(step) => step,
            Self::Resize(step) => step,
            Self::Rotate(step) => step,
            Self::Saturation(step) => step,
            Self::Scale(step) => step,
            Self::Sharpen(step) => step,
            Self::Shear(step) => step,
            Self::Translate(step) => step,
            Self::Weather(step) => step,
        }
    }
}
