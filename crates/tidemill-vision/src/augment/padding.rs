//! Padding: black lines at the four sides.

use serde::{Deserialize, Serialize};

use super::step::Step;
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;
use crate::{Pixels, Rect};

const LINES: Kind = Kind::Integer { min: 0, max: 10_000 };

pub(super) static TABLE: Table = Table {
    operator: "Padding",
    parameters: &[
        COPIES,
        Parameter::new("px_top", LINES, "1"),
        Parameter::new("px_right", LINES, "1"),
        Parameter::new("px_left", LINES, "1"),
        Parameter::new("px_bottom", LINES, "1"),
    ],
    ordered: &[],
};

pub(super) struct Padding(Drawn);

/// How many black lines there are at each side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Rows above.
    pub top: u32,
    /// Columns on the right.
    pub right: u32,
    /// Rows below.
    pub bottom: u32,
    /// Columns on the left.
    pub left: u32,
}

impl Padding {
    pub(super) fn new(values: &Values) -> Self {
        let lines = |name| u32::try_from(values.integer(name)).unwrap_or(0);
        Self(Drawn {
            top: lines("px_top"),
            right: lines("px_right"),
            bottom: lines("px_bottom"),
            left: lines("px_left"),
        })
    }
}

impl Settings for Padding {
    fn draw(&self, _: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Padding(self.0)
    }

    fn largest(&self, width: u32, height: u32) -> (u64, u64) {
        self.0.size(width, height)
    }
}

impl Step for Drawn {
    fn size(&self, width: u32, height: u32) -> (u64, u64) {
        let sum = |lines: [u32; 3]| lines.into_iter().map(u64::from).sum();
        (sum([width, self.left, self.right]), sum([height, self.top, self.bottom]))
    }

    fn apply(&self, image: Pixels) -> Pixels {
        let (width, height) = self.size(image.width(), image.height());
        let mut product = Pixels::black(width as u32, height as u32);
        let left = 3 * self.left as usize;
        for (out, row) in product.rows_mut().skip(self.top as usize).zip(image.rows()) {
            out[left..][..row.len()].copy_from_slice(row);
        }
        product
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, _: u32, _: u32) -> Fate {
        Fate::Kept { rect: rect.shifted(f64::from(self.left), f64::from(self.top)), clipped: false }
    }
}
