//! Grayscale: the luma in all three channels.

use serde::{Deserialize, Serialize};

use super::step::Step;
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::Table;
use crate::seed::Draws;

pub(super) static TABLE: Table = Table { operator: "Grayscale", parameters: &[COPIES], ordered: &[] };

pub(super) struct Grayscale;

/// Nothing is random here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {}

impl Settings for Grayscale {
    fn draw(&self, _: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Grayscale(Drawn {})
    }
}

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        for pixel in image.rgb_mut().as_chunks_mut::<3>().0 {
            *pixel = [luma(*pixel); 3];
        }
        image
    }
}

/// BT.601 luma, in whole numbers.
#[inline(always)]
pub(super) fn luma(rgb: [u8; 3]) -> u8 {
    let [r, g, b] = rgb.map(u32::from);
    ((9798 * r + 19235 * g + 3735 * b + 16384) >> 15) as u8
}
