//! CutOut: one rectangle painted black.

use serde::{Deserialize, Serialize};

use super::step::Step;
use super::{COPIES, Fate, Settings};
use crate::parameters::Table;
use crate::rounding::nearest;
use crate::seed::Draws;
use crate::{Pixels, Rect};

pub(super) static TABLE: Table = Table { operator: "CutOut", parameters: &[COPIES], ordered: &[] };

/// Sides of the rectangle as shares of the image's.
const SIDES: (f64, f64) = (0.1, 0.3);
/// A box of which this much is painted over is gone.
const ERASED_MAX: f64 = 0.9;

pub(super) struct CutOut;

/// What was drawn: the black rectangle, half open, inside the image.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// First column.
    pub xmin: u32,
    /// First row.
    pub ymin: u32,
    /// The column after the last one.
    pub xmax: u32,
    /// The row after the last one.
    pub ymax: u32,
}

impl Settings for CutOut {
    fn draw(&self, draws: &mut Draws, width: u32, height: u32) -> super::Drawn {
        let (width, height) = (f64::from(width), f64::from(height));
        let across = draws.uniform(SIDES.0, SIDES.1) * width;
        let down = draws.uniform(SIDES.0, SIDES.1) * height;
        let (x, y) = (draws.uniform(0.0, width), draws.uniform(0.0, height));
        let (xmin, xmax) = span(x, across, width);
        let (ymin, ymax) = span(y, down, height);
        super::Drawn::CutOut(Drawn { xmin, ymin, xmax, ymax })
    }
}

/// A stretch of whole pixels around `centre`, cut off at the ends of the side; at least one pixel.
fn span(centre: f64, length: f64, side: f64) -> (u32, u32) {
    let length = nearest(length).max(1.0);
    let first = nearest(centre - length / 2.0).min(side - 1.0);
    ((first.max(0.0)) as u32, (first + length).clamp(1.0, side) as u32)
}

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        let columns = 3 * self.xmin as usize..3 * self.xmax as usize;
        let count = self.ymax.saturating_sub(self.ymin) as usize;
        for row in image.rows_mut().skip(self.ymin as usize).take(count) {
            if let Some(erased) = row.get_mut(columns.clone()) {
                erased.fill(0);
            }
        }
        image
    }

    fn place(&self, rect: Rect, _: u32, _: u32) -> Fate {
        let across = rect.xmax.min(f64::from(self.xmax)) - rect.xmin.max(f64::from(self.xmin));
        let down = rect.ymax.min(f64::from(self.ymax)) - rect.ymin.max(f64::from(self.ymin));
        if across.max(0.0) * down.max(0.0) >= ERASED_MAX * rect.area() {
            return Fate::Erased;
        }
        Fate::Kept { rect, clipped: false }
    }
}
