//! Moving pixels along a linear map: rotation and shear.

use std::ops::Range;

use crate::Pixels;
use crate::rounding::byte_f32;

/// Where a pixel of the product comes from: `x = xx * x' + xy * y' + x0`, likewise `y`; pixel centres are whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affine {
    pub(super) xx: f64,
    pub(super) xy: f64,
    pub(super) x0: f64,
    pub(super) yx: f64,
    pub(super) yy: f64,
    pub(super) y0: f64,
}

/// The sine and the cosine of an angle in degrees, exact for quarter turns.
pub(super) fn sin_cos(degrees: f64) -> (f64, f64) {
    let turn = degrees - 360.0 * libm::floor(degrees / 360.0);
    match turn {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        _ => libm::sincos(turn.to_radians()),
    }
}

/// An image of the same size: bilinear, black where nothing was.
pub(super) fn warp(image: &Pixels, inverse: &Affine) -> Pixels {
    let mut product = Pixels::black(image.width(), image.height());
    for (y, row) in product.rows_mut().enumerate() {
        let line = Line::new(inverse, y);
        let touched = line.touching(image, 2.0);
        let inner = line.touching(image, -3.0);
        let inner =
            inner.start.clamp(touched.start, touched.end)..inner.end.clamp(touched.start, touched.end);
        for x in (touched.start..inner.start).chain(inner.end.max(inner.start)..touched.end) {
            if let Some(out) = row.get_mut(3 * x..3 * x + 3) {
                border(image, line.at(x), out);
            }
        }
        if let Some(out) = row.get_mut(3 * inner.start..3 * inner.end) {
            inside(image, &line, inner.start, out);
        }
    }
    product
}

/// The places one row of the product comes from.
struct Line {
    x: Linear,
    y: Linear,
}

/// `slope * t + start`.
#[derive(Clone, Copy)]
struct Linear {
    slope: f64,
    start: f64,
}

impl Line {
    fn new(inverse: &Affine, row: usize) -> Self {
        let row = row as f64;
        Self {
            x: Linear { slope: inverse.xx, start: inverse.xy * row + inverse.x0 },
            y: Linear { slope: inverse.yx, start: inverse.yy * row + inverse.y0 },
        }
    }

    fn at(&self, x: usize) -> (f64, f64) {
        (self.x.at(x), self.y.at(x))
    }

    /// Which pixels of the row come from within `margin` pixels around the image.
    fn touching(&self, image: &Pixels, margin: f64) -> Range<usize> {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let count = image.width() as usize;
        let x = self.x.within(-margin, width - 1.0 + margin, count);
        let y = self.y.within(-margin, height - 1.0 + margin, count);
        let start = x.start.max(y.start);
        start..x.end.min(y.end).max(start)
    }
}

impl Linear {
    #[inline(always)]
    fn at(self, t: usize) -> f64 {
        self.slope * t as f64 + self.start
    }

    /// The whole `t` below `count` for which the value is from `low` to `high`.
    fn within(self, low: f64, high: f64, count: usize) -> Range<usize> {
        if low > high {
            return 0..0;
        }
        if self.slope.abs() < 1e-12 {
            return if (low..=high).contains(&self.start) { 0..count } else { 0..0 };
        }
        let (a, b) = ((low - self.start) / self.slope, (high - self.start) / self.slope);
        let first = libm::ceil(a.min(b)).clamp(0.0, count as f64) as usize;
        let last = libm::floor(a.max(b)).clamp(-1.0, count as f64 - 1.0);
        first..((last + 1.0) as usize).max(first)
    }
}

/// The whole number near `value - 0.5` and the rest, 0 to 1: the addition leaves the whole number in the low bits.
#[inline(always)]
fn split(value: f64) -> (usize, f32) {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let shifted = value - 0.5 + WHOLE;
    ((shifted.to_bits() & 0xffff_ffff) as usize, (value - (shifted - WHOLE)) as f32)
}

/// Pixels all of whose four neighbours exist.
fn inside(image: &Pixels, line: &Line, first: usize, out: &mut [u8]) {
    let stride = image.stride();
    for (x, out) in (first..).zip(out.as_chunks_mut::<3>().0) {
        let (left, across) = split(line.x.at(x));
        let (top, down) = split(line.y.at(x));
        let at = top * stride + left * 3;
        let (Some(upper), Some(lower)) = (two(image.rgb(), at), two(image.rgb(), at + stride)) else {
            continue;
        };
        let upper = mix(upper.0, upper.1, across);
        let lower = mix(lower.0, lower.1, across);
        let pixel = mix(upper, lower, down).map(byte_f32);
        out.copy_from_slice(&pixel[..3]);
    }
}

/// Two neighbouring pixels; the fourth number of each is without meaning.
#[inline(always)]
fn two(rgb: &[u8], at: usize) -> Option<([f32; 4], [f32; 4])> {
    let bytes: &[u8; 8] = rgb.get(at..at + 8)?.try_into().ok()?;
    let [a, b, c, d, e, f, g, _] = bytes.map(f32::from);
    Some(([a, b, c, d], [d, e, f, g]))
}

#[inline(always)]
fn mix(from: [f32; 4], to: [f32; 4], share: f32) -> [f32; 4] {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}

/// A pixel some of whose neighbours may not exist; those are black.
fn border(image: &Pixels, (x, y): (f64, f64), out: &mut [u8]) {
    let (left, top) = (libm::floor(x), libm::floor(y));
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let (left, top) = (left as i64, top as i64);
    let upper = mix(pixel(image, left, top), pixel(image, left + 1, top), across);
    let lower = mix(pixel(image, left, top + 1), pixel(image, left + 1, top + 1), across);
    out.copy_from_slice(&mix(upper, lower, down).map(byte_f32)[..3]);
}

fn pixel(image: &Pixels, x: i64, y: i64) -> [f32; 4] {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return [0.0; 4] };
    if x >= image.width() || y >= image.height() {
        return [0.0; 4];
    }
    let at = y as usize * image.stride() + x as usize * 3;
    let channel = |i| image.rgb().get(at + i).copied().map_or(0.0, f32::from);
    [channel(0), channel(1), channel(2), 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain formula for every pixel.
    fn slow(image: &Pixels, inverse: &Affine) -> Pixels {
        let mut product = Pixels::black(image.width(), image.height());
        for (y, row) in product.rows_mut().enumerate() {
            for (x, out) in row.chunks_exact_mut(3).enumerate() {
                border(image, Line::new(inverse, y).at(x), out);
            }
        }
        product
    }

    fn pattern(width: u32, height: u32) -> Pixels {
        let bytes = (0..width * height * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        Pixels::new(width, height, bytes).unwrap()
    }

    #[test]
    fn the_fast_way_is_the_plain_formula() {
        for (width, height) in [(1, 1), (1, 9), (9, 1), (3, 3), (40, 23), (64, 5)] {
            let image = pattern(width, height);
            for (xx, xy, x0, yx, yy, y0) in [
                (0.9, 0.3, -2.3, -0.3, 0.9, 4.1),
                (1.0, 0.0, 0.5, 0.0, 1.0, -0.5),
                (0.0, 1.0, 0.0, -1.0, 0.0, 7.0),
                (1.0, 57.0, -200.0, 0.0, 1.0, 0.0),
                (1.0, 0.0, 900.0, 0.0, 1.0, 0.0),
            ] {
                let inverse = Affine { xx, xy, x0, yx, yy, y0 };
                assert_eq!(warp(&image, &inverse), slow(&image, &inverse), "{width} {height} {inverse:?}");
            }
        }
    }

    #[test]
    fn quarter_turns_are_exact() {
        assert_eq!(sin_cos(-90.0), (-1.0, 0.0));
        assert_eq!(sin_cos(540.0), (0.0, -1.0));
        let (sin, cos) = sin_cos(30.0);
        assert!((sin - 0.5).abs() < 1e-15 && (cos - 0.75_f64.sqrt()).abs() < 1e-15);
    }
}
