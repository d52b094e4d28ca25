//! LightContrast: lightness along a curve.

use serde::{Deserialize, Serialize};

use super::step::{Step, draw};
use super::value_channel::map_value;
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;

pub(super) static TABLE: Table = Table {
    operator: "LightContrast",
    parameters: &[
        COPIES,
        Parameter::new("func", Kind::Choice(&["gamma", "sigmoid", "log", "linear"]), "gamma"),
    ],
    ordered: &[],
};

const GAMMA: (f64, f64) = (0.6, 1.7);
const SIGMOID_GAIN: (f64, f64) = (3.0, 10.0);
const SIGMOID_CUTOFF: (f64, f64) = (0.4, 0.6);
const LOG_GAIN: (f64, f64) = (0.6, 1.4);
const LINEAR_ALPHA: (f64, f64) = (0.6, 1.4);

pub(super) struct LightContrast {
    curve: Curve,
}

enum Curve {
    Gamma,
    Sigmoid,
    Log,
    Linear,
}

/// What was drawn: what a value `v` becomes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "func", rename_all = "lowercase")]
pub enum Drawn {
    /// `255 * (v / 255) ^ gamma`.
    Gamma { gamma: f64 },
    /// `255 / (1 + exp(gain * (cutoff - v / 255)))`.
    Sigmoid { gain: f64, cutoff: f64 },
    /// `255 * gain * log2(1 + v / 255)`.
    Log { gain: f64 },
    /// `127 + alpha * (v - 127)`.
    Linear { alpha: f64 },
}

impl LightContrast {
    pub(super) fn new(values: &Values) -> Self {
        let curve = match values.text("func") {
            "sigmoid" => Curve::Sigmoid,
            "log" => Curve::Log,
            "linear" => Curve::Linear,
            _ => Curve::Gamma,
        };
        Self { curve }
    }
}

impl Settings for LightContrast {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        let mut within = |bounds| draw(draws, bounds);
        super::Drawn::LightContrast(match self.curve {
            Curve::Gamma => Drawn::Gamma { gamma: within(GAMMA) },
            Curve::Sigmoid => Drawn::Sigmoid { gain: within(SIGMOID_GAIN), cutoff: within(SIGMOID_CUTOFF) },
            Curve::Log => Drawn::Log { gain: within(LOG_GAIN) },
            Curve::Linear => Drawn::Linear { alpha: within(LINEAR_ALPHA) },
        })
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        map_value(image, |value| self.at(value))
    }
}

impl Drawn {
    fn at(&self, value: f64) -> f64 {
        let share = value / 255.0;
        match *self {
            Self::Gamma { gamma } => 255.0 * libm::pow(share, gamma),
            Self::Sigmoid { gain, cutoff } => 255.0 / (1.0 + libm::exp(gain * (cutoff - share))),
            Self::Log { gain } => 255.0 * gain * libm::log2(1.0 + share),
            Self::Linear { alpha } => 127.0 + alpha * (value - 127.0),
        }
    }
}
