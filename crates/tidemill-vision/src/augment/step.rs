//! What everything drawn can do.

use super::Fate;
use crate::rounding::nearest;
use crate::seed::Draws;
use crate::{Pixels, Rect};

/// A value within these bounds. It has at most six decimals, so that what is recorded as JSON is read again exactly.
pub(super) fn draw(draws: &mut Draws, (low, high): (f64, f64)) -> f64 {
    nearest(draws.uniform(low, high) * 1e6) / 1e6
}

/// An operator with nothing random left: the same step for the same image gives the same bytes.
pub(super) trait Step {
    /// The size of the product of an image of this size.
    fn size(&self, width: u32, height: u32) -> (u64, u64) {
        (u64::from(width), u64::from(height))
    }

    /// The product. Called only if [`Self::size`] is within the limit.
    fn apply(&self, image: Pixels) -> Pixels;

    /// Whether pixels move, so that shapes other than boxes can't be carried along.
    fn is_geometric(&self) -> bool {
        false
    }

    /// What becomes of a box in an image of this size.
    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let _ = (width, height);
        Fate::Kept { rect, clipped: false }
    }
}

/// One of the two directions of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Axis {
    /// From left to right.
    X,
    /// From top to bottom.
    Y,
}

impl Axis {
    /// The axis that a parameter names.
    pub(super) fn named(text: &str) -> Self {
        if text == "Y" { Self::Y } else { Self::X }
    }

    /// The length of a side.
    pub(super) fn side(self, width: u32, height: u32) -> u32 {
        match self {
            Self::X => width,
            Self::Y => height,
        }
    }
}
