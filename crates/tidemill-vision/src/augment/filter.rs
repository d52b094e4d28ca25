//! Weighted means of neighbours, in fixed point: a pixel is `256 * value` in 16 bits, a weight `65536 * share`.
//!
//! The error is below 0.1 grey levels before rounding, and eight pixels go through one instruction. The border is
//! reflected without repeating the outermost pixel.

use crate::Pixels;

/// A neighbour and its share of the mean, in 65536ths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tap {
    /// To the right.
    pub(super) dx: i32,
    /// Down.
    pub(super) dy: i32,
    pub(super) weight: u16,
}

/// How many values are summed up at once, in registers.
const LANES: usize = 32;

/// Shares that sum up to 1 as weights that sum up to 65536 (or 65535, if there is but one).
pub(super) fn weights(shares: &[f64]) -> Vec<u16> {
    let sum: f64 = shares.iter().sum();
    let mut weights: Vec<i64> =
        shares.iter().map(|share| libm::floor(share / sum * 65536.0 + 0.5) as i64).collect();
    let missing = 65536 - weights.iter().sum::<i64>();
    if let Some(largest) = weights.iter_mut().max() {
        *largest += missing;
    }
    weights.into_iter().map(|weight| weight.clamp(0, 65535) as u16).collect()
}

/// Every pixel becomes the weighted mean of its neighbours.
pub(super) fn filter(image: &Pixels, taps: &[Tap]) -> Pixels {
    let reach_x = taps.iter().map(|tap| tap.dx.unsigned_abs() as usize).max().unwrap_or(0);
    let reach_y = taps.iter().map(|tap| tap.dy.unsigned_abs() as usize).max().unwrap_or(0);
    let mut window = Window::new(image, reach_x, reach_y);
    let mut sums = vec![0; image.stride()];
    let mut product = Pixels::black(image.width(), image.height());
    for (y, out) in product.rows_mut().enumerate() {
        window.move_to(y);
        let rows: Vec<(&[u16], u16)> = taps
            .iter()
            .map(|tap| (window.row(y, tap.dy, (reach_x as i64 + i64::from(tap.dx)) as usize), tap.weight))
            .collect();
        add_up(&rows, &mut sums);
        to_bytes(&sums, out);
    }
    product
}

/// The same for weights that are a column times a row, both of an odd number; much faster.
pub(super) fn filter_separable(image: &Pixels, weights: &[u16]) -> Pixels {
    let reach = weights.len() / 2;
    let mut window = Window::new(image, 0, reach);
    let mut column = vec![0; image.stride() + 6 * reach];
    let mut sums = vec![0; image.stride()];
    let mut product = Pixels::black(image.width(), image.height());
    for (y, out) in product.rows_mut().enumerate() {
        window.move_to(y);
        let rows: Vec<(&[u16], u16)> =
            (-(reach as i32)..).zip(weights).map(|(dy, weight)| (window.row(y, dy, 0), *weight)).collect();
        add_up(&rows, &mut column[3 * reach..][..image.stride()]);
        reflect(&mut column, reach);
        let shifted: Vec<(&[u16], u16)> =
            weights.iter().enumerate().map(|(i, weight)| (&column[3 * i..], *weight)).collect();
        add_up(&shifted, &mut sums);
        to_bytes(&sums, out);
    }
    product
}

/// The rows around the present one, widened by the reflected border.
struct Window<'a> {
    image: &'a Pixels,
    reach_x: usize,
    reach_y: usize,
    /// Row `y` of the image is row `y % rows.len()` here.
    rows: Vec<Vec<u16>>,
    /// The first row of the image that was not read yet.
    next: usize,
}

impl<'a> Window<'a> {
    fn new(image: &'a Pixels, reach_x: usize, reach_y: usize) -> Self {
        let rows = vec![vec![0; image.stride() + 6 * reach_x]; 2 * reach_y + 1];
        Self { image, reach_x, reach_y, rows, next: 0 }
    }

    /// Reads the rows that row `y` needs; `y` only grows.
    fn move_to(&mut self, y: usize) {
        let last = (y + self.reach_y).min(self.image.height() as usize - 1);
        while self.next <= last {
            let count = self.rows.len();
            let row = &mut self.rows[self.next % count];
            let source = self.image.row(self.next as u32);
            for (wide, byte) in row[3 * self.reach_x..].iter_mut().zip(source) {
                *wide = u16::from(*byte) << 8;
            }
            reflect(row, self.reach_x);
            self.next += 1;
        }
    }

    /// The row `dy` below row `y`, without its first `skip` pixels.
    fn row(&self, y: usize, dy: i32, skip: usize) -> &[u16] {
        let row = reflected(y as i64 + i64::from(dy), self.image.height() as usize);
        &self.rows[row % self.rows.len()][3 * skip..]
    }
}

/// The index inside `0..count` for one that may lie outside: `-1` is 1.
pub(super) fn reflected(index: i64, count: usize) -> usize {
    let period = 2 * (count as i64 - 1);
    if period == 0 {
        return 0;
    }
    let folded = index.rem_euclid(period);
    folded.min(period - folded) as usize
}

/// Fills the `reach` pixels on both ends of a widened row.
fn reflect(row: &mut [u16], reach: usize) {
    let count = row.len() / 3 - 2 * reach;
    for i in 0..reach {
        let left = reflected(i as i64 - reach as i64, count) + reach;
        let right = reflected((count + i) as i64, count) + reach;
        row.copy_within(3 * left..3 * left + 3, 3 * i);
        row.copy_within(3 * right..3 * right + 3, 3 * (reach + count + i));
    }
}

/// `sums` becomes the weighted sum of the beginnings of `rows`.
fn add_up(rows: &[(&[u16], u16)], sums: &mut [u16]) {
    // Every product is cut off; half a unit each makes up for it.
    let made_up = (rows.len() / 2) as u16;
    let mut start = 0;
    let (blocks, rest) = sums.as_chunks_mut::<LANES>();
    for block in blocks {
        let mut sum = [made_up; LANES];
        for (row, weight) in rows {
            let Some(values) = row.get(start..).and_then(|row| row.first_chunk::<LANES>()) else { continue };
            for (sum, value) in sum.iter_mut().zip(values) {
                *sum = sum.wrapping_add(times(*value, *weight));
            }
        }
        *block = sum;
        start += LANES;
    }
    for (i, sum) in rest.iter_mut().enumerate() {
        *sum =
            rows.iter().fold(made_up, |sum, (row, weight)| sum.wrapping_add(times(row[start + i], *weight)));
    }
}

#[inline(always)]
fn times(value: u16, weight: u16) -> u16 {
    ((u32::from(value) * u32::from(weight)) >> 16) as u16
}

fn to_bytes(sums: &[u16], out: &mut [u8]) {
    for (byte, sum) in out.iter_mut().zip(sums) {
        *byte = (sum.saturating_add(128) >> 8) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(width: u32, height: u32) -> Pixels {
        let bytes = (0..width * height * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        Pixels::new(width, height, bytes).unwrap()
    }

    /// The plain formula in 64-bit floating point.
    fn exact(image: &Pixels, taps: &[(i32, i32, f64)], at: usize) -> f64 {
        let (x, y, channel) = (at / 3 % image.width() as usize, at / image.stride(), at % 3);
        let one = |(dx, dy, share): &(i32, i32, f64)| {
            let x = reflected(x as i64 + i64::from(*dx), image.width() as usize);
            let y = reflected(y as i64 + i64::from(*dy), image.height() as usize);
            share * f64::from(image.row(y as u32)[3 * x + channel])
        };
        taps.iter().map(one).sum()
    }

    fn assert_close(image: &Pixels, product: &Pixels, taps: &[(i32, i32, f64)]) {
        for (at, byte) in product.rgb().iter().enumerate() {
            let expected = exact(image, taps, at);
            assert!((f64::from(*byte) - expected).abs() < 0.6, "{image:?} at {at}: {byte}, not {expected}");
        }
    }

    #[test]
    fn both_ways_are_the_plain_formula_on_images_of_any_size() {
        let shares = [0.1, 0.2, 0.4, 0.2, 0.1];
        let row: Vec<u16> = weights(&shares);
        let square: Vec<(i32, i32, f64)> = (0..25)
            .map(|i| (i % 5 - 2, i / 5 - 2, shares[i as usize % 5] * shares[i as usize / 5]))
            .collect();
        let all = weights(&square.iter().map(|tap| tap.2).collect::<Vec<_>>());
        let taps: Vec<Tap> =
            square.iter().zip(all).map(|(&(dx, dy, _), weight)| Tap { dx, dy, weight }).collect();
        for (width, height) in [(1, 1), (1, 7), (2, 2), (3, 1), (11, 5), (33, 9)] {
            let image = pattern(width, height);
            assert_close(&image, &filter_separable(&image, &row), &square);
            assert_close(&image, &filter(&image, &taps), &square);
        }
    }

    #[test]
    fn one_colour_stays_as_it_is() {
        for value in [0, 1, 127, 254, 255] {
            let image = Pixels::new(9, 4, vec![value; 108]).unwrap();
            assert_eq!(filter_separable(&image, &weights(&[1.0; 13])), image);
            assert_eq!(filter(&image, &[Tap { dx: 0, dy: 0, weight: weights(&[3.0])[0] }]), image);
        }
    }
}
