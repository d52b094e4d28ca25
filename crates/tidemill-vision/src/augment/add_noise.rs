//! AddNoise: random grey levels, added or instead of pixels.

mod levels;

use serde::{Deserialize, Serialize};

use self::levels::Levels;
use super::step::Step;
use super::{COPIES, Settings};
use crate::Pixels;
use crate::distribution::STEPS;
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::{Draws, Position};

pub(super) static TABLE: Table = Table {
    operator: "AddNoise",
    parameters: &[
        COPIES,
        Parameter::new(
            "noise_type",
            Kind::Choice(&["Gauss", "Laplace", "Poisson", "Impulse", "SaltAndPepper"]),
            "Gauss",
        ),
        Parameter::new("loc", Kind::Real { min: -255.0, max: 255.0 }, "0"),
        Parameter::new("scale", Kind::Real { min: 0.0, max: 255.0 }, "1"),
        Parameter::new("lam", Kind::Real { min: 0.0, max: 255.0 }, "2"),
        Parameter::new("p", Kind::Real { min: 0.0, max: 1.0 }, "0.01"),
    ],
    ordered: &[],
};

pub(super) struct AddNoise(Noise);

/// The noise and its strength.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "noise_type")]
pub enum Noise {
    /// Normal: mean and deviation.
    Gauss { loc: f64, scale: f64 },
    /// Laplace: mean and deviation.
    Laplace { loc: f64, scale: f64 },
    /// A Poisson number with this mean, added or subtracted with the same chance.
    Poisson { lam: f64 },
    /// A channel becomes 0 or 255 with this probability.
    Impulse { p: f64 },
    /// A pixel becomes black or white with this probability.
    SaltAndPepper { p: f64 },
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The noise.
    #[serde(flatten)]
    pub noise: Noise,
    /// Where its random numbers begin.
    pub stream: Position,
}

impl AddNoise {
    pub(super) fn new(values: &Values) -> Self {
        let (loc, scale, p) = (values.real("loc"), values.real("scale"), values.real("p"));
        Self(match values.text("noise_type") {
            "Laplace" => Noise::Laplace { loc, scale },
            "Poisson" => Noise::Poisson { lam: values.real("lam") },
            "Impulse" => Noise::Impulse { p },
            "SaltAndPepper" => Noise::SaltAndPepper { p },
            _ => Noise::Gauss { loc, scale },
        })
    }
}

impl Settings for AddNoise {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::AddNoise(Drawn { noise: self.0, stream: draws.position() })
    }
}

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        // A recorded place that is none leaves the image as it is.
        let Some(mut draws) = Draws::at(&self.stream) else { return image };
        let bytes = image.rgb_mut();
        match self.noise {
            Noise::Gauss { loc, scale } => add(bytes, &Levels::normal(loc, scale), &mut draws),
            Noise::Laplace { loc, scale } => add(bytes, &Levels::laplace(loc, scale), &mut draws),
            Noise::Poisson { lam } => add(bytes, &Levels::poisson(lam), &mut draws),
            Noise::Impulse { p } => replace::<1>(bytes, p, &mut draws),
            Noise::SaltAndPepper { p } => replace::<3>(bytes, p, &mut draws),
        }
        image
    }
}

/// How many random words are drawn at once.
const BLOCK: usize = 512;

/// One word a channel.
fn add(bytes: &mut [u8], levels: &Levels, draws: &mut Draws) {
    let mut words = [0; BLOCK];
    for block in bytes.chunks_mut(BLOCK) {
        let words = &mut words[..block.len()];
        draws.fill(words);
        for (byte, word) in block.iter_mut().zip(words) {
            *byte = (i16::from(*byte) + levels.of(*word >> 11)).clamp(0, 255) as u8;
        }
    }
}

/// One word for every `N` bytes: all of them become 0, 255 or stay.
fn replace<const N: usize>(bytes: &mut [u8], probability: f64, draws: &mut Draws) {
    let dark = (probability / 2.0 * STEPS as f64) as u64;
    let light = (probability * STEPS as f64) as u64;
    let mut words = [0; BLOCK];
    for block in bytes.as_chunks_mut::<N>().0.chunks_mut(BLOCK) {
        let words = &mut words[..block.len()];
        draws.fill(words);
        for (bytes, word) in block.iter_mut().zip(words) {
            let step = *word >> 11;
            if step < light {
                *bytes = [if step < dark { 0 } else { 255 }; N];
            }
        }
    }
}
