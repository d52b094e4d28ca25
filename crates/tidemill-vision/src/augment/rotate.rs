//! Rotate: about the centre, the canvas stays.

use serde::{Deserialize, Serialize};

use super::affine::{Affine, sin_cos, warp};
use super::boxes::hull;
use super::step::{Step, draw};
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;
use crate::{Pixels, Rect};

const DEGREES: Kind = Kind::Real { min: -360.0, max: 360.0 };

pub(super) static TABLE: Table = Table {
    operator: "Rotate",
    parameters: &[
        COPIES,
        Parameter::new("angle_min", DEGREES, "90"),
        Parameter::new("angle_max", DEGREES, "-90"),
    ],
    ordered: &[("angle_min", "angle_max")],
};

/// How far a box may be outside because numbers are not exact, in pixels.
const INEXACT: f64 = 1e-6;

pub(super) struct Rotate {
    min: f64,
    max: f64,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Degrees, counter-clockwise.
    pub angle: f64,
}

impl Rotate {
    pub(super) fn new(values: &Values) -> Self {
        Self { min: values.real("angle_min"), max: values.real("angle_max") }
    }
}

impl Settings for Rotate {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Rotate(Drawn { angle: draw(draws, (self.min, self.max)) })
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        let (sin, cos) = sin_cos(self.angle);
        let (x, y) = (f64::from(image.width() - 1) / 2.0, f64::from(image.height() - 1) / 2.0);
        let inverse = Affine {
            xx: cos,
            xy: -sin,
            x0: x - cos * x + sin * y,
            yx: sin,
            yy: cos,
            y0: y - sin * x - cos * y,
        };
        warp(&image, &inverse)
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let (width, height) = (f64::from(width), f64::from(height));
        let (sin, cos) = sin_cos(self.angle);
        let turned = hull(&rect, |x, y| {
            let (x, y) = (x - width / 2.0, y - height / 2.0);
            (cos * x + sin * y + width / 2.0, cos * y - sin * x + height / 2.0)
        });
        let leaves = turned.xmin < -INEXACT
            || turned.ymin < -INEXACT
            || turned.xmax > width + INEXACT
            || turned.ymax > height + INEXACT;
        if leaves { Fate::Discards } else { Fate::unless_thin(turned.clipped(width, height)) }
    }
}
