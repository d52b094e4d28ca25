//! Saturation: hue turned, saturation stronger or weaker, the value `max(R, G, B)` as it was.

use serde::{Deserialize, Serialize};

use super::step::{Step, draw};
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::Table;
use crate::rounding::byte_f32;
use crate::seed::Draws;

pub(super) static TABLE: Table = Table { operator: "Saturation", parameters: &[COPIES], ordered: &[] };

const HUE: (f64, f64) = (-18.0, 18.0);
const FACTOR: (f64, f64) = (0.6, 1.4);

pub(super) struct Saturation;

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Degrees added to the hue.
    pub dh: f64,
    /// What the saturation is multiplied by.
    pub ks: f64,
}

impl Settings for Saturation {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        let dh = draw(draws, HUE);
        super::Drawn::Saturation(Drawn { dh, ks: draw(draws, FACTOR) })
    }
}

/// Pixels that are worked on at once, channel by channel.
const LANES: usize = 32;

type Lanes = [f32; LANES];

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        let turn = (self.dh / 60.0 - 6.0 * libm::floor(self.dh / 360.0)) as f32;
        let factor = self.ks.clamp(0.0, 1000.0) as f32;
        let mut blocks = image.rgb_mut().chunks_mut(3 * LANES);
        for block in &mut blocks {
            let mut channels = split(block);
            change(&mut channels, turn, factor);
            join(&channels, block);
        }
        image
    }
}

fn split(block: &[u8]) -> [Lanes; 3] {
    let mut channels = [[0.0; LANES]; 3];
    let [red, green, blue] = &mut channels;
    for (((pixel, red), green), blue) in block.as_chunks::<3>().0.iter().zip(red).zip(green).zip(blue) {
        (*red, *green, *blue) = (f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2]));
    }
    channels
}

fn join(channels: &[Lanes; 3], block: &mut [u8]) {
    let [red, green, blue] = channels;
    for (((pixel, red), green), blue) in block.as_chunks_mut::<3>().0.iter_mut().zip(red).zip(green).zip(blue)
    {
        *pixel = [byte_f32(*red), byte_f32(*green), byte_f32(*blue)];
    }
}

/// To HSV and back, without a branch: the hue is counted in sixths of the circle.
fn change([red, green, blue]: &mut [Lanes; 3], turn: f32, factor: f32) {
    for i in 0..LANES {
        let (r, g, b) = (red[i], green[i], blue[i]);
        let value = larger(larger(r, g), b);
        let range = value - smaller(smaller(r, g), b);
        let some = if range > 0.0 { range } else { 1.0 };
        let from_red = (g - b) / some;
        let from_green = (b - r) / some + 2.0;
        let from_blue = (r - g) / some + 4.0;
        let hue = if value == r { from_red } else { from_blue };
        let hue = if value == g && value != r { from_green } else { hue };
        // From -1 up to 5, plus a turn of 0 up to 6.
        let hue = once_round(once_round(hue + turn + 1.0)) - 1.0;
        let range = smaller(range * factor, value);
        red[i] = value - range * missing(hue + 5.0);
        green[i] = value - range * missing(hue + 3.0);
        blue[i] = value - range * missing(hue + 1.0);
    }
}

/// How much of a channel is missing, 0 to 1, where the hue is this far round from it.
#[inline(always)]
fn missing(position: f32) -> f32 {
    let position = once_round(position);
    let distance = smaller(position, 4.0 - position);
    larger(0.0, smaller(distance, 1.0))
}

/// A position from 0 up to 12 as one from 0 up to 6.
#[inline(always)]
fn once_round(position: f32) -> f32 {
    if position >= 6.0 { position - 6.0 } else { position }
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
