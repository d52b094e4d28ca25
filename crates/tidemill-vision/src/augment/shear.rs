//! Shear: rows or columns pushed along each other, about the centre; the canvas stays.

use serde::{Deserialize, Serialize};

use super::affine::{Affine, sin_cos, warp};
use super::boxes::hull;
use super::step::{Axis, Step, draw};
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;
use crate::{Pixels, Rect};

const DEGREES: Kind = Kind::Real { min: -85.0, max: 85.0 };

pub(super) static TABLE: Table = Table {
    operator: "Shear",
    parameters: &[
        COPIES,
        Parameter::new("shearXY", Kind::Choice(&["X", "Y"]), "X"),
        Parameter::new("shear_min", DEGREES, "-30"),
        Parameter::new("shear_max", DEGREES, "30"),
    ],
    ordered: &[("shear_min", "shear_max")],
};

pub(super) struct Shear {
    axis: Axis,
    min: f64,
    max: f64,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The direction in which pixels move.
    pub axis: Axis,
    /// Degrees: a pixel one line further moves by the tangent of it.
    pub angle: f64,
}

impl Shear {
    pub(super) fn new(values: &Values) -> Self {
        let axis = Axis::named(values.text("shearXY"));
        Self { axis, min: values.real("shear_min"), max: values.real("shear_max") }
    }
}

impl Settings for Shear {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Shear(Drawn { axis: self.axis, angle: draw(draws, (self.min, self.max)) })
    }
}

impl Drawn {
    fn slope(&self) -> f64 {
        let (sin, cos) = sin_cos(self.angle);
        sin / cos
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        let slope = self.slope();
        let (x, y) = (f64::from(image.width() - 1) / 2.0, f64::from(image.height() - 1) / 2.0);
        let still = Affine { xx: 1.0, xy: 0.0, x0: 0.0, yx: 0.0, yy: 1.0, y0: 0.0 };
        let inverse = match self.axis {
            Axis::X => Affine { xy: -slope, x0: slope * y, ..still },
            Axis::Y => Affine { yx: -slope, y0: slope * x, ..still },
        };
        warp(&image, &inverse)
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let (width, height) = (f64::from(width), f64::from(height));
        let slope = self.slope();
        let pushed = hull(&rect, |x, y| match self.axis {
            Axis::X => (x + slope * (y - height / 2.0), y),
            Axis::Y => (x, y + slope * (x - width / 2.0)),
        });
        pushed.visible(width, height).into()
    }
}
