//! Metric 5: the variance of the 4-neighbour Laplacian of the luma, reflected at the border without repeating it.

use super::row::SPAN;

/// A row of luma and its sum.
pub(super) struct Row {
    pub(super) luma: Vec<u8>,
    pub(super) sum: i64,
}

impl Row {
    /// The sum without the first and the last of at least two pixels.
    #[inline(always)]
    fn inner(&self) -> i64 {
        self.sum - i64::from(self.luma[0]) - i64::from(self.luma[self.luma.len() - 1])
    }
}

/// Sums of Laplacians.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Laplacians {
    pub(super) sum: i64,
    pub(super) squares: u64,
}

impl Laplacians {
    /// Adds one.
    #[inline(always)]
    pub(super) fn add(&mut self, value: i16) {
        self.sum += i64::from(value);
        self.squares += u64::from(value.unsigned_abs()).pow(2);
    }

    /// Adds a row between the rows above and below it, which are as long.
    #[inline(always)]
    pub(super) fn add_row(&mut self, above: &Row, row: &Row, below: &Row) {
        let last = row.luma.len() - 1;
        let (first, end) = (row.luma[last.min(1)], row.luma[last.saturating_sub(1)]);
        self.add(at(above.luma[0], below.luma[0], first, first, row.luma[0]));
        if last == 0 {
            return;
        }
        self.add(at(above.luma[last], below.luma[last], end, end, row.luma[last]));
        // All neighbours of the pixels in between: the rows without their ends, each shifted.
        let left = row.sum - i64::from(row.luma[last]) - i64::from(end);
        let right = row.sum - i64::from(row.luma[0]) - i64::from(first);
        self.sum += above.inner() + below.inner() + left + right - 4 * row.inner();
        self.add_squares(&above.luma, &row.luma, &below.luma);
    }

    /// Of the pixels between the first and the last.
    #[inline(always)]
    fn add_squares(&mut self, above: &[u8], row: &[u8], below: &[u8]) {
        let inner = row.len() - 2;
        let (left, centre, right) = (&row[..inner], &row[1..][..inner], &row[2..][..inner]);
        let (above, below) = (&above[1..][..inner], &below[1..][..inner]);
        // First all values, then all squares: each loop does as many at once as its numbers are short.
        let mut values = [0i16; SPAN];
        for start in (0..inner).step_by(SPAN) {
            let span = start..(start + SPAN).min(inner);
            let across = left[span.clone()].iter().zip(&right[span.clone()]);
            let along = above[span.clone()].iter().zip(&below[span.clone()]);
            let values = &mut values[..span.len()];
            for (((value, &centre), (&left, &right)), (&above, &below)) in
                values.iter_mut().zip(&centre[span]).zip(across).zip(along)
            {
                *value = at(above, below, left, right, centre);
            }
            let squares = values.iter().map(|&value| i32::from(value) * i32::from(value));
            self.squares += squares.sum::<i32>() as u64;
        }
    }

    /// The metric.
    pub(super) fn blur_score(&self, pixels: u64) -> f64 {
        variance(self.sum, self.squares, pixels)
    }
}

/// The Laplacian of a pixel and its neighbours, at most 1020 either way.
#[inline(always)]
pub(super) fn at(above: u8, below: u8, left: u8, right: u8, centre: u8) -> i16 {
    let around = i16::from(above) + i16::from(below) + i16::from(left) + i16::from(right);
    around - 4 * i16::from(centre)
}

/// The population variance from exact sums.
pub(super) fn variance(sum: i64, squares: u64, count: u64) -> f64 {
    let spread = u128::from(count) * u128::from(squares) - u128::from(sum.unsigned_abs()).pow(2);
    spread as f64 / (count as f64 * count as f64)
}
