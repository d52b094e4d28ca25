//! MotionBlur: the mean along a line.

use serde::{Deserialize, Serialize};

use super::affine::sin_cos;
use super::filter::{Tap, filter, weights};
use super::step::{Step, draw};
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::Table;
use crate::seed::Draws;

pub(super) static TABLE: Table = Table { operator: "MotionBlur", parameters: &[COPIES], ordered: &[] };

/// Lengths of the line in pixels.
const LENGTHS: [u32; 6] = [5, 7, 9, 11, 13, 15];
/// The longest line that is played again.
const LENGTH_MAX: u32 = 255;
/// Points of the line to a pixel.
const POINTS: u32 = 16;

pub(super) struct MotionBlur;

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The length of the line in pixels, odd.
    pub ksize: u32,
    /// Its direction in degrees, counter-clockwise from the right.
    pub angle: f64,
}

impl Settings for MotionBlur {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        let ksize = LENGTHS[draws.below(LENGTHS.len())];
        super::Drawn::MotionBlur(Drawn { ksize, angle: draw(draws, (0.0, 360.0)) })
    }
}

impl Step for Drawn {
    fn apply(&self, image: Pixels) -> Pixels {
        let side = self.side();
        let centre = (side / 2) as i32;
        let shares = line(side, self.angle);
        let taps: Vec<Tap> = (0..)
            .zip(weights(&shares))
            .filter(|(_, weight)| *weight > 0)
            .map(|(i, weight)| Tap { dx: i % side as i32 - centre, dy: i / side as i32 - centre, weight })
            .collect();
        filter(&image, &taps)
    }
}

impl Drawn {
    fn side(&self) -> u32 {
        self.ksize.clamp(1, LENGTH_MAX) | 1
    }
}

/// A square of `side` by `side` shares that sum up to 1: points on the line through its centre, each spread over
/// the four pixels around it.
pub(super) fn line(side: u32, angle: f64) -> Vec<f64> {
    let (sin, cos) = sin_cos(angle);
    let centre = f64::from(side - 1) / 2.0;
    let count = side * POINTS;
    let mut shares = vec![0.0; (side * side) as usize];
    for i in 0..count {
        let t = (f64::from(i) + 0.5) / f64::from(count) * f64::from(side - 1) - centre;
        splat(&mut shares, side, centre + t * cos, centre - t * sin);
    }
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

fn splat(shares: &mut [f64], side: u32, x: f64, y: f64) {
    let (left, top) = (libm::floor(x), libm::floor(y));
    for (dx, dy) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
        let (column, row) = (left + dx, top + dy);
        let inside = 0.0..f64::from(side);
        if inside.contains(&column) && inside.contains(&row) {
            let share = (1.0 - (x - column).abs()) * (1.0 - (y - row).abs());
            shares[row as usize * side as usize + column as usize] += share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_reference() {
        let golden = include_str!("../../tests/golden/kernels.json");
        let golden: std::collections::BTreeMap<String, Vec<Vec<f64>>> = serde_json::from_str(golden).unwrap();
        for (name, side, angle) in
            [("motion_9_40", 9, 40.0), ("motion_7_0", 7, 0.0), ("motion_5_135", 5, 135.0)]
        {
            let expected: Vec<f64> = golden[name].concat();
            let found = line(side, angle);
            let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(found.len() == expected.len() && worst < 1e-12, "{name}: {worst}");
        }
    }
}
