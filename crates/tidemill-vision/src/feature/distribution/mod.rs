//! How the values of a metric are distributed.
//!
//! Made from the whole column of values, which is sorted first: the result is the same for any order, and columns
//! of parts are merged by appending one to the other.

mod bins;
mod outliers;

pub use bins::Histogram;
pub use outliers::{OUTLIERS_LISTED_MAX, fences};

use crate::feature::Bins;

/// The quantiles that are given, in percent.
pub const QUANTILES: [u32; 7] = [1, 5, 25, 50, 75, 95, 99];

/// A distribution of at least one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Values.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Their population deviation.
    pub std: f64,
    /// The values at [`QUANTILES`], by linear interpolation between the two nearest.
    pub quantiles: [f64; QUANTILES.len()],
    /// How many values lie where.
    pub histogram: Histogram,
}

impl Distribution {
    /// Of finite values, which it sorts; `None` if there is none.
    pub fn of(values: &mut [f64], bins: Bins) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let (&min, &max) = (values.first()?, values.last()?);
        let mean = sum(values.iter().copied()) / values.len() as f64;
        let squares = sum(values.iter().map(|value| (value - mean) * (value - mean)));
        Some(Self {
            count: values.len(),
            min,
            max,
            mean,
            std: (squares / values.len() as f64).sqrt(),
            quantiles: QUANTILES.map(|percent| quantile(values, percent)),
            histogram: Histogram::of(values, bins),
        })
    }

    /// What lies below the first or above the second of these is far away from the rest.
    pub fn fences(&self) -> (f64, f64) {
        fences(self.quantiles[2], self.quantiles[4])
    }
}

/// A sum that carries what rounding cuts off (Neumaier), so that its error does not grow with the number of values.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

/// Of sorted values, at least one.
fn quantile(sorted: &[f64], percent: u32) -> f64 {
    let place = (sorted.len() - 1) as f64 * f64::from(percent) / 100.0;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINEAR: Bins = Bins::Linear { max: 1.0 };

    #[test]
    fn quantiles_mean_and_deviation_are_those_of_numpy() {
        // np.percentile(v, [1, 5, 25, 50, 75, 95, 99]), np.mean(v), np.std(v)
        let mut values = [0.9, 0.1, 0.4, 0.35, 0.8, 0.05];
        let distribution = Distribution::of(&mut values, LINEAR).unwrap();
        let expected = [0.0525, 0.0625, 0.1625, 0.375, 0.7, 0.875, 0.895];
        for (found, expected) in distribution.quantiles.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!((distribution.mean - 0.43333333333333335).abs() < 1e-12);
        assert!((distribution.std - 0.32102267140430374).abs() < 1e-12);
        assert_eq!((distribution.min, distribution.max, distribution.count), (0.05, 0.9, 6));
    }

    #[test]
    fn one_value_is_all_there_is_and_none_is_nothing() {
        let distribution = Distribution::of(&mut [0.5], LINEAR).unwrap();
        assert_eq!((distribution.quantiles, distribution.std), ([0.5; 7], 0.0));
        assert_eq!(Distribution::of(&mut [], LINEAR), None);
    }

    #[test]
    fn sums_do_not_lose_what_is_small() {
        assert_eq!(sum([1e16, 1.0, 1.0, -1e16].into_iter()), 2.0);
    }
}
