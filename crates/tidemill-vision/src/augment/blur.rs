//! Blur: a Gaussian or a plain mean.

use serde::{Deserialize, Serialize};

use super::filter::{filter_separable, weights};
use super::step::{Step, draw};
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;

pub(super) static TABLE: Table = Table {
    operator: "Blur",
    parameters: &[COPIES, Parameter::new("blur_type", Kind::Choice(&["Gauss", "Average"]), "Gauss")],
    ordered: &[],
};

/// Standard deviations of the Gaussian.
const SIGMA: (f64, f64) = (0.5, 2.0);
/// Sides of the square of a mean.
const SIDES: [u32; 3] = [3, 5, 7];
/// The widest Gaussian that is played again.
const SIGMA_MAX: f64 = 100.0;

pub(super) struct Blur {
    is_mean: bool,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "blur_type")]
pub enum Drawn {
    /// The standard deviation in pixels.
    Gauss { sigma: f64 },
    /// The side of the square in pixels, odd.
    Average { ksize: u32 },
}

impl Blur {
    pub(super) fn new(values: &Values) -> Self {
        Self { is_mean: values.text("blur_type") == "Average" }
    }
}

impl Settings for Blur {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Blur(if self.is_mean {
            Drawn::Average { ksize: SIDES[draws.below(SIDES.len())] }
        } else {
            Drawn::Gauss { sigma: draw(draws, SIGMA) }
        })
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        filter_separable(&image, &weights(&self.shares()))
    }
}

impl Drawn {
    fn shares(&self) -> Vec<f64> {
        match *self {
            Self::Average { ksize } => vec![1.0; (ksize.clamp(1, 255) | 1) as usize],
            Self::Gauss { sigma } => {
                let sigma = sigma.clamp(0.01, SIGMA_MAX);
                let reach = (libm::ceil(3.0 * sigma) as i32).max(1);
                (-reach..=reach).map(|x| libm::exp(-0.5 * libm::pow(f64::from(x) / sigma, 2.0))).collect()
            }
        }
    }
}
