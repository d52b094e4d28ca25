//! Products of vectors, the same on every machine and for any number of threads.

use crate::vectors::Vectors;
use ndarray::Array2;

/// Sums side by side: wide enough for every processor, and always the same, so that the result is too.
const LANES: usize = 16;

/// Rows of a tile of candidates.
pub(crate) const TILE: usize = 1024;

/// How far the fast product may be from [`dot`] for vectors of length 1.
const SLACK: f32 = 1e-4;

/// The product of two vectors of equal length, summed in a fixed order.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    a_rest.iter().zip(b_rest).fold(sums[0], |sum, (a, b)| sum + a * b)
}

/// The candidate that is nearest to a vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Nearest {
    /// Its place in the list of candidates.
    pub(crate) place: usize,
    /// Cosine to it.
    pub(crate) cosine: f32,
}

/// Some rows of a set, widened.
pub(crate) struct Tile {
    numbers: Array2<f32>,
}

impl Tile {
    /// The rows `indices` of `vectors`.
    pub(crate) fn of(vectors: &Vectors, indices: &[u32]) -> Self {
        let dimensions = vectors.dimensions();
        let mut numbers = Array2::zeros((indices.len(), dimensions));
        for (mut row, index) in numbers.rows_mut().into_iter().zip(indices) {
            if let Some(row) = row.as_slice_mut() {
                vectors.widen(*index, row);
            }
        }
        Self { numbers }
    }

    /// A row.
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        let dimensions = self.numbers.ncols();
        self.numbers.as_slice().map_or(&[], |all| &all[row * dimensions..][..dimensions])
    }

    /// Products of every row with every row of `other`, to about six digits.
    pub(crate) fn products(&self, other: &Self) -> Array2<f32> {
        self.numbers.dot(&other.numbers.t())
    }

    /// For each row the nearest row of `other`, which begins at `offset` of the list of candidates, if that is nearer
    /// than what `best` holds; equals go to the first. The fast products only choose whom to look at.
    pub(crate) fn improve(&self, other: &Self, offset: usize, best: &mut [Option<Nearest>]) {
        for ((row, fast), best) in self.products(other).rows().into_iter().enumerate().zip(best) {
            let most = fast.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            if best.is_some_and(|best| most + SLACK < best.cosine) {
                continue;
            }
            for (column, product) in fast.iter().enumerate() {
                if *product + SLACK < most {
                    continue;
                }
                let cosine = dot(self.row(row), other.row(column));
                if best.is_none_or(|best| cosine > best.cosine) {
                    *best = Some(Nearest { place: offset + column, cosine });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_of_any_length_is_right() {
        for length in [0, 1, 15, 16, 17, 40] {
            let a: Vec<f32> = (0..length).map(|n| n as f32).collect();
            let expected: f32 = a.iter().map(|n| n * n).sum();
            assert_eq!(dot(&a, &a), expected);
        }
    }
}
