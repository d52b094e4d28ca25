//! Snow: a little lighter, and white flakes.

use crate::Pixels;
use crate::rounding::{byte, byte_f32};
use crate::seed::Draws;

use super::count;

const GAIN: f64 = 1.08;
/// Pixels to a flake.
const AREA: f64 = 1000.0;
/// Radii of flakes in an image whose longer side is [`SIDE`].
const RADII: (f64, f64) = (0.6, 2.5);
const SIDE: f64 = 640.0;
const ALPHA: f64 = 0.9;
const WHITE: f32 = 255.0;
/// How far a flake moves while the picture is taken, in pixels.
const SMEAR: f64 = 3.0;

/// Snow of this density.
pub(super) fn fall(image: &mut Pixels, density: f64, draws: &mut Draws) {
    let lighter: [u8; 256] = std::array::from_fn(|value| byte(GAIN * value as f64));
    for channel in image.rgb_mut() {
        *channel = lighter[usize::from(*channel)];
    }
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let size = width.max(height) / SIDE;
    let (sin, cos) = libm::sincos(draws.uniform(0.0, std::f64::consts::PI));
    for _ in 0..count(image, density, AREA) {
        let (x, y) = (draws.uniform(0.0, width), draws.uniform(0.0, height));
        let radius = draws.uniform(RADII.0, RADII.1) * size;
        Flake { x, y, dx: cos * SMEAR, dy: sin * SMEAR, radius }.paint(image);
    }
}

/// A disc that moves from `(x, y)` by `(dx, dy)`.
struct Flake {
    x: f64,
    y: f64,
    dx: f64,
    dy: f64,
    radius: f64,
}

impl Flake {
    fn paint(&self, image: &mut Pixels) {
        let (left, columns) = reach(self.x, self.dx, self.radius);
        let (top, rows) = reach(self.y, self.dy, self.radius);
        for (y, row) in image.rows_mut().enumerate().skip(top).take(rows) {
            let pixels = row.as_chunks_mut::<3>().0.iter_mut();
            for (x, pixel) in pixels.enumerate().skip(left).take(columns) {
                let alpha = (ALPHA * self.covered(x as f64 + 0.5, y as f64 + 0.5)) as f32;
                for channel in pixel {
                    let before = f32::from(*channel);
                    *channel = byte_f32(before + (WHITE - before) * alpha);
                }
            }
        }
    }

    /// How much of the pixel around this point is covered: by the distance to the way of the centre.
    fn covered(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (x - self.x, y - self.y);
        let share = ((x * self.dx + y * self.dy) / (SMEAR * SMEAR)).clamp(0.0, 1.0);
        let (x, y) = (x - share * self.dx, y - share * self.dy);
        (self.radius + 0.5 - libm::sqrt(x * x + y * y)).clamp(0.0, 1.0)
    }
}

/// The first line that a flake touches, and how many.
fn reach(start: f64, way: f64, radius: f64) -> (usize, usize) {
    let first = (start + way.min(0.0) - radius - 1.0).max(0.0) as usize;
    let end = (start + way.max(0.0) + radius + 1.0).max(0.0) as usize + 1;
    (first, end.saturating_sub(first))
}
