//! Metric 5: the variance of the 4-neighbour Laplacian of the luma, reflected at the border without repeating it.

use super::row::SPAN;

/// Sums of Laplacians.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Laplacians {
    pub(super) sum: i64,
    pub(super) squares: u64,
}

impl Laplacians {
    /// Adds one.
    #[inline(always)]
    pub(super) fn add(&mut self, value: i32) {
        self.sum += i64::from(value);
        self.squares += u64::from(value.unsigned_abs() * value.unsigned_abs());
    }

    /// Adds a row between the rows above and below it, which are as long.
    #[inline(always)]
    pub(super) fn add_row(&mut self, above: &[u8], row: &[u8], below: &[u8]) {
        let last = row.len() - 1;
        self.add(at(above[0], below[0], row[last.min(1)], row[last.min(1)], row[0]));
        if last == 0 {
            return;
        }
        self.add(at(above[last], below[last], row[last - 1], row[last - 1], row[last]));
        let inner = last - 1;
        let (left, centre, right) = (&row[..inner], &row[1..][..inner], &row[2..][..inner]);
        let (above, below) = (&above[1..][..inner], &below[1..][..inner]);
        for start in (0..inner).step_by(SPAN) {
            let end = (start + SPAN).min(inner);
            let span = start..end;
            let across = left[span.clone()].iter().zip(&right[span.clone()]);
            let along = above[span.clone()].iter().zip(&below[span.clone()]);
            self.add_span(&centre[span], across, along);
        }
    }

    #[inline(always)]
    fn add_span<'a>(
        &mut self,
        centre: &[u8],
        across: impl Iterator<Item = (&'a u8, &'a u8)>,
        along: impl Iterator<Item = (&'a u8, &'a u8)>,
    ) {
        let (mut sum, mut squares) = (0i32, 0i32);
        for ((&centre, (&left, &right)), (&above, &below)) in centre.iter().zip(across).zip(along) {
            let value = at(above, below, left, right, centre);
            sum += value;
            squares += value * value;
        }
        self.sum += i64::from(sum);
        self.squares += squares as u64;
    }

    /// The metric.
    pub(super) fn blur_score(&self, pixels: u64) -> f64 {
        variance(self.sum, self.squares, pixels)
    }
}

/// The Laplacian of a pixel and its neighbours, at most 1020 either way.
#[inline(always)]
pub(super) fn at(above: u8, below: u8, left: u8, right: u8, centre: u8) -> i32 {
    let around = i16::from(above) + i16::from(below) + i16::from(left) + i16::from(right);
    i32::from(around - 4 * i16::from(centre))
}

/// The population variance from exact sums.
pub(super) fn variance(sum: i64, squares: u64, count: u64) -> f64 {
    let spread = u128::from(count) * u128::from(squares) - u128::from(sum.unsigned_abs()).pow(2);
    spread as f64 / (count as f64 * count as f64)
}
