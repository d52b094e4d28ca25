//! Translate: shifted by whole pixels, the canvas stays.

use serde::{Deserialize, Serialize};

use super::step::{Axis, Step};
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::rounding::nearest;
use crate::seed::Draws;
use crate::{Pixels, Rect};

pub(super) static TABLE: Table = Table {
    operator: "Translate",
    parameters: &[COPIES, Parameter::new("translateXY", Kind::Choice(&["X", "Y"]), "X")],
    ordered: &[],
};

/// The longest shift as a share of the side.
const SHARE: f64 = 0.2;

pub(super) struct Translate {
    axis: Axis,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Pixels to the right; to the left below 0.
    pub dx: i32,
    /// Pixels down; up below 0.
    pub dy: i32,
}

impl Translate {
    pub(super) fn new(values: &Values) -> Self {
        Self { axis: Axis::named(values.text("translateXY")) }
    }
}

impl Settings for Translate {
    fn draw(&self, draws: &mut Draws, width: u32, height: u32) -> super::Drawn {
        let share = draws.uniform(-SHARE, SHARE);
        let rounded = nearest(share * f64::from(self.axis.side(width, height))) as i32;
        let shift = match rounded {
            0 if share < 0.0 => -1,
            0 => 1,
            shift => shift,
        };
        super::Drawn::Translate(match self.axis {
            Axis::X => Drawn { dx: shift, dy: 0 },
            Axis::Y => Drawn { dx: 0, dy: shift },
        })
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        let mut product = Pixels::black(image.width(), image.height());
        let (from_x, to_x) = starts(self.dx, image.width());
        let (from_y, to_y) = starts(self.dy, image.height());
        for (out, row) in product.rows_mut().skip(to_y).zip(image.rows().skip(from_y)) {
            let count = row.len() - 3 * from_x.max(to_x);
            out[3 * to_x..][..count].copy_from_slice(&row[3 * from_x..][..count]);
        }
        product
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        rect.shifted(f64::from(self.dx), f64::from(self.dy))
            .visible(f64::from(width), f64::from(height))
            .into()
    }
}

/// Where copying begins in the image and in the product.
fn starts(shift: i32, side: u32) -> (usize, usize) {
    let distance = shift.unsigned_abs().min(side) as usize;
    if shift < 0 { (distance, 0) } else { (0, distance) }
}
