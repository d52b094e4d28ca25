//! Lanczos' window of three lobes, and what it weighs pixels with when an image is resized.

use std::f64::consts::PI;
use std::ops::Range;
use std::sync::LazyLock;

/// Where the window ends on either side.
const SUPPORT: f64 = 3.0;
/// Steps of the table from 0 to 1: a resized grey value differs by less than a twentieth from that of the formula.
const STEPS: f64 = 2048.0;

/// The window at every step from 0 to [`SUPPORT`], with the same bits on every machine.
static TABLE: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..(SUPPORT * STEPS) as usize).map(|step| exact(step as f64 / STEPS) as f32).collect());

/// `sinc(x) sinc(x / 3)` for `x` from 0 to [`SUPPORT`].
fn exact(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
    sinc(x) * sinc(x / SUPPORT)
}

/// The weights that make each of some places out of pixels.
pub(super) struct Weights {
    places: Vec<Place>,
    parts: Vec<f32>,
}

struct Place {
    /// The first pixel that counts.
    first: usize,
    /// Its weight, and those of the pixels after it; they add up to 1.
    parts: Range<usize>,
}

impl Weights {
    /// Of `count` places that share `length` pixels, of which the last one may be there in part only.
    pub(super) fn new(length: f64, count: usize) -> Self {
        let mut weights = Self { places: Vec::with_capacity(count), parts: Vec::new() };
        let width = length / count as f64;
        (0..count).for_each(|place| weights.add((place as f64 + 0.5) * width, width.max(1.0), length));
        weights
    }

    /// Adds a place: its centre, and how many pixels are 1 for the window.
    fn add(&mut self, centre: f64, scale: f64, length: f64) {
        let table = &*TABLE;
        let pixels = around(centre, SUPPORT * scale, length);
        // Places in the table are counted in 2⁻²⁰ of a step.
        let fixed = |pixels: f64| (pixels / scale * STEPS * f64::from(1 << 20)) as i64;
        let (from, step) = (fixed(pixels.start as f64 + 0.5 - centre), fixed(1.0));
        let start = self.parts.len();
        let at = |pixel: i64| ((from + step * pixel).unsigned_abs() >> 20) as usize;
        self.parts.extend((0..pixels.len() as i64).map(|pixel| table.get(at(pixel)).copied().unwrap_or(0.0)));
        let parts = &mut self.parts[start..];
        let one = 1.0 / parts.iter().sum::<f32>();
        parts.iter_mut().for_each(|part| *part *= one);
        self.places.push(Place { first: pixels.start, parts: start..self.parts.len() });
    }

    /// Of each place, the first pixel that counts and its weight, and those of the pixels after it.
    pub(super) fn places(&self) -> impl ExactSizeIterator<Item = (usize, &[f32])> {
        self.places.iter().map(|place| (place.first, &self.parts[place.parts.clone()]))
    }
}

/// The pixels whose centres lie within `reach` of `centre`, and at least one.
fn around(centre: f64, reach: f64, length: f64) -> Range<usize> {
    let pixels = length.ceil() as usize;
    let first = ((centre - reach + 0.5).max(0.0) as usize).min(pixels - 1);
    first..((centre + reach + 0.5) as usize).clamp(first + 1, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula, in another library's sines.
    fn by_formula(x: f64) -> f64 {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
        if x.abs() < SUPPORT { sinc(x) * sinc(x / SUPPORT) } else { 0.0 }
    }

    #[test]
    fn weights_are_the_formula_at_every_pixel() {
        for (length, count) in
            [(160.0, 17), (120.0, 8), (100.5, 32), (32.0, 32), (5.0, 9), (1.0, 8), (0.25, 9), (70_000.0, 9)]
        {
            let weights = Weights::new(length, count);
            assert_eq!(weights.places().len(), count);
            let scale = f64::max(length / count as f64, 1.0);
            for (place, (first, parts)) in weights.places().enumerate() {
                let centre = (place as f64 + 0.5) * length / count as f64;
                let expected: Vec<f64> = (0..length.ceil() as usize)
                    .map(|pixel| by_formula((pixel as f64 + 0.5 - centre) / scale))
                    .collect();
                let sum: f64 = expected.iter().sum();
                for (pixel, expected) in expected.iter().enumerate() {
                    let found = pixel.checked_sub(first).and_then(|at| parts.get(at)).copied().unwrap_or(0.0);
                    let error = (f64::from(found) - expected / sum).abs() * scale;
                    assert!(error < 1e-3, "{length} to {count}, place {place}, pixel {pixel}: {error}");
                }
            }
        }
    }
}
