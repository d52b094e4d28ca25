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

/// How many columns are made at once: what they come from stays in the processor's caches.
const COLUMNS: usize = 64;

/// An image of the same size: bilinear, black where nothing was.
pub(super) fn warp(image: &Pixels, inverse: &Affine) -> Pixels {
    let mut product = Pixels::black(image.width(), image.height());
    let lines: Vec<Line> = (0..image.height() as usize).map(|y| Line::new(inverse, image, y)).collect();
    for first in (0..image.width() as usize).step_by(COLUMNS) {
        for (row, line) in product.rows_mut().zip(&lines) {
            if let Some(rest) = row.get_mut(3 * first..) {
                let count = rest.len().min(3 * COLUMNS);
                columns(image, line, first, &mut rest[..count]);
            }
        }
    }
    product
}

/// Some pixels of a row, from column `first` on.
fn columns(image: &Pixels, line: &Line, first: usize, out: &mut [u8]) {
    let all = first..first + out.len() / 3;
    let touched = within(&line.touched, &all);
    let inner = within(&line.inner, &touched);
    for x in (touched.start..inner.start).chain(inner.end..touched.end) {
        if let Some(out) = out.get_mut(3 * (x - first)..3 * (x - first) + 3) {
            border(image, line.at(x), out);
        }
    }
    if let Some(out) = out.get_mut(3 * (inner.start - first)..3 * (inner.end - first)) {
        inside(image, line, inner.start, out);
    }
}

/// The part of `range` in `outer`; if there is none, an empty range in it.
fn within(range: &Range<usize>, outer: &Range<usize>) -> Range<usize> {
    range.start.clamp(outer.start, outer.end)..range.end.clamp(outer.start, outer.end)
}

/// The places one row of the product comes from.
struct Line {
    x: Linear,
    y: Linear,
    /// Pixels that come from the image or its border; the others are black.
    touched: Range<usize>,
    /// Those of them that are inside for certain.
    inner: Range<usize>,
}

/// `slope * t + start`.
#[derive(Clone, Copy)]
struct Linear {
    slope: f64,
    start: f64,
}

impl Line {
    fn new(inverse: &Affine, image: &Pixels, row: usize) -> Self {
        let row = row as f64;
        let x = Linear { slope: inverse.xx, start: inverse.xy * row + inverse.x0 };
        let y = Linear { slope: inverse.yx, start: inverse.yy * row + inverse.y0 };
        Self { x, y, touched: touching(x, y, image, 2.0), inner: touching(x, y, image, -3.0) }
    }

    fn at(&self, x: usize) -> (f64, f64) {
        (self.x.at(x), self.y.at(x))
    }
}

/// Which pixels of a row come from within `margin` pixels around the image.
fn touching(x: Linear, y: Linear, image: &Pixels, margin: f64) -> Range<usize> {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let count = image.width() as usize;
    let x = x.within(-margin, width - 1.0 + margin, count);
    let y = y.within(-margin, height - 1.0 + margin, count);
    let start = x.start.max(y.start);
    start..x.end.min(y.end).max(start)
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

/// Bits of a place behind the point.
const FRACTION: u32 = 12;

/// A place as a whole number and a number of 4096ths: the addition leaves both in the low bits.
#[inline(always)]
fn split(value: f64) -> (usize, u64) {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let fine = (value * f64::from(1 << FRACTION) + WHOLE).to_bits() & ((1 << 52) - 1);
    ((fine >> FRACTION) as usize, fine & ((1 << FRACTION) - 1))
}

/// Pixels all of whose four neighbours exist. Places are rounded to 4096ths of a pixel, less than a tenth of a grey
/// level; then red and blue fit into the halves of one register.
fn inside(image: &Pixels, line: &Line, first: usize, out: &mut [u8]) {
    let stride = image.stride();
    for (x, out) in (first..).zip(out.as_chunks_mut::<3>().0) {
        let (left, across) = split(line.x.at(x));
        let (top, down) = split(line.y.at(x));
        let at = top * stride + left * 3;
        let (Some(upper), Some(lower)) = (two(image.rgb(), at), two(image.rgb(), at + stride)) else {
            continue;
        };
        let red_blue = four(upper.map(red_blue), lower.map(red_blue), across, down);
        let green = four(upper.map(green), lower.map(green), across, down);
        let shift = 2 * FRACTION;
        *out = [(red_blue >> shift) as u8, (green >> shift) as u8, (red_blue >> (32 + shift)) as u8];
    }
}

/// Two neighbouring pixels; what is above the lower three bytes of each is without meaning.
#[inline(always)]
fn two(rgb: &[u8], at: usize) -> Option<[u64; 2]> {
    let both = u64::from_le_bytes(*rgb.get(at..at + 8)?.first_chunk()?);
    Some([both, both >> 24])
}

#[inline(always)]
fn red_blue(pixel: u64) -> u64 {
    (pixel & 0xff) | (pixel & 0xff_0000) << 16
}

#[inline(always)]
fn green(pixel: u64) -> u64 {
    pixel >> 8 & 0xff
}

/// The mean of four neighbours by their shares, with 24 bits behind the point, in both halves at once. What is
/// borrowed from the upper half in between is given back in the end.
#[inline(always)]
fn four(upper: [u64; 2], lower: [u64; 2], across: u64, down: u64) -> u64 {
    const HALF: u64 = 1 << (2 * FRACTION - 1);
    let row = |[left, right]: [u64; 2]| {
        (left << FRACTION).wrapping_add(right.wrapping_sub(left).wrapping_mul(across))
    };
    let (upper, lower) = (row(upper), row(lower));
    let sum = (upper << FRACTION).wrapping_add(lower.wrapping_sub(upper).wrapping_mul(down));
    sum.wrapping_add(HALF | HALF << 32)
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
                border(image, Line::new(inverse, image, y).at(x), out);
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
        for (width, height) in [(1, 1), (1, 9), (9, 1), (3, 3), (40, 23), (150, 35)] {
            let image = pattern(width, height);
            for (xx, xy, x0, yx, yy, y0) in [
                (0.9, 0.3, -2.3, -0.3, 0.9, 4.1),
                (1.0, 0.0, 0.5, 0.0, 1.0, -0.5),
                (0.0, 1.0, 0.0, -1.0, 0.0, 7.0),
                (1.0, 57.0, -200.0, 0.0, 1.0, 0.0),
                (1.0, 0.0, 900.0, 0.0, 1.0, 0.0),
            ] {
                let inverse = Affine { xx, xy, x0, yx, yy, y0 };
                let (fast, slow) = (warp(&image, &inverse), slow(&image, &inverse));
                let worst = fast.rgb().iter().zip(slow.rgb()).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(worst <= Some(1), "{width} {height} {inverse:?}: {worst:?}");
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
