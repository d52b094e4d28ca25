//! Scale: one side longer or shorter, the canvas with it.

use serde::{Deserialize, Serialize};

use super::step::{Axis, Step, draw};
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::resize;
use crate::rounding::side;
use crate::seed::Draws;
use crate::{Pixels, Rect};

const FACTOR: Kind = Kind::Real { min: 0.01, max: 10.0 };

pub(super) static TABLE: Table = Table {
    operator: "Scale",
    parameters: &[
        COPIES,
        Parameter::new("scaleXY", Kind::Choice(&["X", "Y"]), "X"),
        Parameter::new("scale_min", FACTOR, "0.5"),
        Parameter::new("scale_max", FACTOR, "1.5"),
    ],
    ordered: &[("scale_min", "scale_max")],
};

pub(super) struct Scale {
    axis: Axis,
    min: f64,
    max: f64,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The side that changes.
    pub axis: Axis,
    /// New length to old.
    pub factor: f64,
}

impl Scale {
    pub(super) fn new(values: &Values) -> Self {
        let axis = Axis::named(values.text("scaleXY"));
        Self { axis, min: values.real("scale_min"), max: values.real("scale_max") }
    }
}

impl Settings for Scale {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Scale(Drawn { axis: self.axis, factor: draw(draws, (self.min, self.max)) })
    }

    fn largest(&self, width: u32, height: u32) -> (u64, u64) {
        Drawn { axis: self.axis, factor: self.max.max(1.0) }.size(width, height)
    }
}

impl Step for Drawn {
    fn size(&self, width: u32, height: u32) -> (u64, u64) {
        let changed = u64::from(side(f64::from(self.axis.side(width, height)) * self.factor));
        match self.axis {
            Axis::X => (changed, u64::from(height)),
            Axis::Y => (u64::from(width), changed),
        }
    }

    fn apply(&self, image: Pixels) -> Pixels {
        let (width, height) = self.size(image.width(), image.height());
        resize(&image, width as u32, height as u32)
    }

    fn is_geometric(&self) -> bool {
        true
    }

    /// By the lengths of the sides, which are whole, so that a box at the border stays there.
    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let (new_width, new_height) = self.size(width, height);
        let (x, y) = (new_width as f64 / f64::from(width), new_height as f64 / f64::from(height));
        Fate::unless_thin(rect.stretched(x, y))
    }
}
