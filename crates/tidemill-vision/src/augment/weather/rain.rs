//! Rain: less contrast, and slanted streaks.

use crate::Pixels;
use crate::augment::affine::sin_cos;
use crate::rounding::{byte, byte_f32};
use crate::seed::Draws;

use super::count;

/// Contrast around middle grey.
const CONTRAST: f64 = 0.85;
/// Pixels to a streak.
const AREA: f64 = 1500.0;
/// Lengths of streaks as shares of the height.
const LENGTHS: (f64, f64) = (0.02, 0.05);
/// Widths of streaks in pixels.
const WIDTHS: (f64, f64) = (1.0, 2.0);
const COLOUR: [f32; 3] = [200.0, 205.0, 210.0];
const ALPHA: f64 = 0.35;
/// The largest slant that is played again, in degrees.
const SLANT_MAX: f64 = 60.0;

/// Rain of this density; `slant` is in degrees from straight down.
pub(super) fn fall(image: &mut Pixels, density: f64, slant: f64, draws: &mut Draws) {
    let contrast: [u8; 256] = std::array::from_fn(|value| byte(127.0 + CONTRAST * (value as f64 - 127.0)));
    for channel in image.rgb_mut() {
        *channel = contrast[usize::from(*channel)];
    }
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let (sin, cos) = sin_cos(slant.clamp(-SLANT_MAX, SLANT_MAX));
    for _ in 0..count(image, density, AREA) {
        let (x, y) = (draws.uniform(0.0, width), draws.uniform(0.0, height));
        let length = draws.uniform(LENGTHS.0, LENGTHS.1) * height;
        let streak = Streak { x, y, sin, cos, length, half_width: draws.uniform(WIDTHS.0, WIDTHS.1) / 2.0 };
        streak.paint(image);
    }
}

/// A line from `(x, y)` downwards.
struct Streak {
    x: f64,
    y: f64,
    sin: f64,
    cos: f64,
    length: f64,
    half_width: f64,
}

impl Streak {
    fn paint(&self, image: &mut Pixels) {
        let end = self.y + self.cos * self.length;
        let (top, bottom) = (self.y - self.half_width - 1.0, end + self.half_width + 1.0);
        let first = top.max(0.0) as usize;
        let count = (bottom.max(0.0) as usize + 1).saturating_sub(first);
        for (y, row) in image.rows_mut().enumerate().skip(first).take(count) {
            self.paint_row(y as f64 + 0.5, row);
        }
    }

    fn paint_row(&self, y: f64, row: &mut [u8]) {
        let middle = self.x + (y - self.y) * self.sin / self.cos;
        let reach = self.half_width / self.cos + 2.0;
        let first = (middle - reach).max(0.0) as usize;
        let count = ((middle + reach).max(0.0) as usize + 1).saturating_sub(first);
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate().skip(first).take(count) {
            let alpha = (ALPHA * self.covered(x as f64 + 0.5, y)) as f32;
            for (channel, colour) in pixel.iter_mut().zip(COLOUR) {
                let before = f32::from(*channel);
                *channel = byte_f32(before + (colour - before) * alpha);
            }
        }
    }

    /// How much of the pixel around this point is covered, about.
    fn covered(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (x - self.x, y - self.y);
        let along = x * self.sin + y * self.cos;
        let across = (x * self.cos - y * self.sin).abs();
        let beside = (self.half_width + 0.5 - across).clamp(0.0, 1.0);
        beside * (along + 0.5).clamp(0.0, 1.0) * (self.length + 0.5 - along).clamp(0.0, 1.0)
    }
}
