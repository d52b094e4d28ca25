//! LightArithmetic: lightness times a number plus a number.

use serde::{Deserialize, Serialize};

use super::step::{Step, draw};
use super::value_channel::map_value;
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::Table;
use crate::seed::Draws;

pub(super) static TABLE: Table = Table { operator: "LightArithmetic", parameters: &[COPIES], ordered: &[] };

const FACTOR: (f64, f64) = (0.7, 1.3);
const SUMMAND: (f64, f64) = (-30.0, 30.0);

pub(super) struct LightArithmetic;

/// What was drawn: a value `v` becomes `a * v + b`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The factor.
    pub a: f64,
    /// The summand, in grey levels.
    pub b: f64,
}

impl Settings for LightArithmetic {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        let a = draw(draws, FACTOR);
        super::Drawn::LightArithmetic(Drawn { a, b: draw(draws, SUMMAND) })
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        map_value(image, |value| self.a * value + self.b)
    }
}
