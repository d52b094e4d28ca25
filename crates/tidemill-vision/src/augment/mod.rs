//! Augmentation: one operator a file, all with the same course.
//!
//! 1. [`find`] an operator by its name and [`Operator::parse`] its parameters: an [`Augmentation`].
//! 2. [`Augmentation::draw`] takes what is random for one image: a [`Drawn`], which is recorded with the product and
//!    holds everything that is needed to make the same product again.
//! 3. [`Drawn::augment`] makes the pixels and moves the boxes, or says why the sample has no product.

mod add_noise;
mod affine;
mod blur;
mod boxes;
mod crop;
mod cut_out;
mod drawn;
mod filter;
mod flip;
mod grayscale;
mod histogram_equal;
mod light_arithmetic;
mod light_contrast;
mod motion_blur;
mod padding;
mod registry;
mod resize;
mod rotate;
mod sample;
mod saturation;
mod scale;
mod sharpen;
mod shear;
mod step;
mod translate;
mod value_channel;
mod weather;

use std::fmt;

use crate::parameters::{Kind, Parameter, Values};
use crate::seed::Draws;

use boxes::{Fate, Placement};
pub use drawn::Drawn;
pub use registry::{Operator, find, operators};
pub use sample::Discard;

/// How many products of one image.
const COPIES: Parameter = Parameter::new("copies", Kind::Integer { min: 1, max: 100 }, "1").neutral();

/// An operator with its parameters.
pub struct Augmentation {
    operator: &'static Operator,
    values: Values,
    canonical: String,
    settings: Box<dyn Settings>,
}

/// What an operator makes of its parameters.
trait Settings: Send + Sync {
    /// What is random for an image of this size; takes the same number of words from the stream for every image.
    fn draw(&self, draws: &mut Draws, width: u32, height: u32) -> Drawn;

    /// The largest size of a product of an image of this size.
    fn largest(&self, width: u32, height: u32) -> (u64, u64) {
        (u64::from(width), u64::from(height))
    }
}

impl Augmentation {
    /// The operator's name in the API.
    pub fn name(&self) -> &'static str {
        self.operator.table.operator
    }

    /// The values of all parameters.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The values that decide the outcome, as one text; part of the seed of a sample.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// How many products to make of one image, at least 1.
    pub fn copies(&self) -> u32 {
        u32::try_from(self.values.integer(COPIES.name)).unwrap_or(1)
    }

    /// What is random for an image of this size.
    pub fn draw(&self, draws: &mut Draws, width: u32, height: u32) -> Drawn {
        self.settings.draw(draws, width, height)
    }

    /// The largest size of a product of an image of this size, whatever is drawn: what to keep memory free for.
    pub fn largest(&self, width: u32, height: u32) -> (u64, u64) {
        self.settings.largest(width, height)
    }
}

impl fmt::Debug for Augmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name(), self.canonical)
    }
}

#[cfg(test)]
mod tests;
