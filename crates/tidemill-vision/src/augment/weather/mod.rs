//! Weather: rain, fog, snow or clouds over the image.

mod clouds;
mod rain;
mod snow;
mod value_noise;

use serde::{Deserialize, Serialize};

use super::step::{Step, draw};
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::{Draws, Position};

pub(super) static TABLE: Table = Table {
    operator: "Weather",
    parameters: &[
        COPIES,
        Parameter::new("weather_mode", Kind::Choice(&["Rain", "Fog", "Snow", "Clouds"]), "Rain"),
    ],
    ordered: &[],
};

const FOG_DENSITY: (f64, f64) = (0.35, 0.7);
const FALL_DENSITY: (f64, f64) = (0.5, 1.5);
const SLANT: (f64, f64) = (-15.0, 15.0);

pub(super) struct Weather {
    mode: Mode,
}

#[derive(Clone, Copy)]
enum Mode {
    Rain,
    Fog,
    Snow,
    Clouds,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The weather.
    #[serde(flatten)]
    pub sky: Sky,
    /// Where the random numbers of its drops, flakes or clouds begin.
    pub stream: Position,
}

/// A weather and its strength.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "weather_mode")]
pub enum Sky {
    /// Falling drops: how many, and their slant in degrees.
    Rain { density: f64, slant: f64 },
    /// How dense, 0 to 1.
    Fog { density: f64 },
    /// Falling flakes: how many.
    Snow { density: f64 },
    /// White clouds.
    Clouds,
}

impl Weather {
    pub(super) fn new(values: &Values) -> Self {
        let mode = match values.text("weather_mode") {
            "Fog" => Mode::Fog,
            "Snow" => Mode::Snow,
            "Clouds" => Mode::Clouds,
            _ => Mode::Rain,
        };
        Self { mode }
    }
}

impl Settings for Weather {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        let mut within = |bounds| draw(draws, bounds);
        let sky = match self.mode {
            Mode::Rain => Sky::Rain { density: within(FALL_DENSITY), slant: within(SLANT) },
            Mode::Fog => Sky::Fog { density: within(FOG_DENSITY) },
            Mode::Snow => Sky::Snow { density: within(FALL_DENSITY) },
            Mode::Clouds => Sky::Clouds,
        };
        super::Drawn::Weather(Drawn { sky, stream: draws.position() })
    }
}

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        // A recorded place that is none leaves the image as it is.
        let Some(mut draws) = Draws::at(&self.stream) else { return image };
        match self.sky {
            Sky::Rain { density, slant } => rain::fall(&mut image, density, slant, &mut draws),
            Sky::Fog { density } => clouds::fog(&mut image, density, &mut draws),
            Sky::Snow { density } => snow::fall(&mut image, density, &mut draws),
            Sky::Clouds => clouds::clouds(&mut image, &mut draws),
        }
        image
    }
}

/// How many drops or flakes fall on an image: `density` on each `area` pixels.
fn count(image: &Pixels, density: f64, area: f64) -> u32 {
    let pixels = f64::from(image.width()) * f64::from(image.height());
    crate::rounding::nearest(density.clamp(0.0, 10.0) * pixels / area).max(1.0) as u32
}
