//! Crop: lines cut off at the four sides.

use serde::{Deserialize, Serialize};

use super::step::Step;
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;
use crate::{Pixels, Rect};

const SHARE: Kind = Kind::Real { min: 0.0, max: 0.49 };

pub(super) static TABLE: Table = Table {
    operator: "Crop",
    parameters: &[
        COPIES,
        Parameter::new("crop_percent_min", SHARE, "0"),
        Parameter::new("crop_percent_max", SHARE, "0.2"),
    ],
    ordered: &[("crop_percent_min", "crop_percent_max")],
};

/// What has to be left of a side, if it was as long as that before.
const LEFT_MIN: u32 = 2;

pub(super) struct Crop {
    min: f64,
    max: f64,
}

/// What was drawn: how many lines are cut off at each side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Rows cut off above.
    pub top: u32,
    /// Columns cut off on the right.
    pub right: u32,
    /// Rows cut off below.
    pub bottom: u32,
    /// Columns cut off on the left.
    pub left: u32,
}

impl Crop {
    pub(super) fn new(values: &Values) -> Self {
        Self { min: values.real("crop_percent_min"), max: values.real("crop_percent_max") }
    }
}

impl Settings for Crop {
    fn draw(&self, draws: &mut Draws, width: u32, height: u32) -> super::Drawn {
        let [top, right, bottom, left] = [height, width, height, width]
            .map(|side| libm::floor(draws.uniform(self.min, self.max) * f64::from(side)) as u32);
        let (top, bottom) = leaving(top, bottom, height);
        let (left, right) = leaving(left, right, width);
        super::Drawn::Crop(Drawn { top, right, bottom, left })
    }
}

/// The two cuts of a side, made smaller if too little would be left.
fn leaving(first: u32, second: u32, side: u32) -> (u32, u32) {
    let most = side.saturating_sub(LEFT_MIN);
    let first = first.min(most);
    (first, second.min(most - first))
}

impl Step for Drawn {
    fn size(&self, width: u32, height: u32) -> (u64, u64) {
        let rest = |side: u32, cut: u64| u64::from(side).saturating_sub(cut).max(1);
        (
            rest(width, u64::from(self.left) + u64::from(self.right)),
            rest(height, u64::from(self.top) + u64::from(self.bottom)),
        )
    }

    fn apply(&self, image: Pixels) -> Pixels {
        let (width, height) = self.size(image.width(), image.height());
        let mut product = Pixels::black(width as u32, height as u32);
        let left = 3 * self.left.min(image.width() - width as u32) as usize;
        let rows = image.rows().skip(self.top.min(image.height() - height as u32) as usize);
        for (out, row) in product.rows_mut().zip(rows) {
            out.copy_from_slice(&row[left..][..out.len()]);
        }
        product
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let (new_width, new_height) = self.size(width, height);
        rect.shifted(-f64::from(self.left), -f64::from(self.top))
            .visible(new_width as f64, new_height as f64)
            .into()
    }
}
