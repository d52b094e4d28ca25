//! What values tell that come in their order.

use super::quantile::{QUANTILES, Quantile};
use super::sum::Sum;

/// Where values lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Values, at least one.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// The values at [`QUANTILES`], by linear interpolation between the two nearest.
    pub quantiles: [f64; QUANTILES.len()],
}

/// A summary on its way: finite values come from the smallest to the largest, and their number is known before.
#[derive(Clone, Debug)]
pub struct Ordered {
    count: u64,
    seen: u64,
    sum: Sum,
    min: f64,
    max: f64,
    quantiles: [Quantile; QUANTILES.len()],
}

impl Ordered {
    /// Of `count` values.
    pub fn new(count: u64) -> Self {
        let quantiles = QUANTILES.map(|percent| Quantile::of(percent, count));
        Self { count, seen: 0, sum: Sum::default(), min: 0.0, max: 0.0, quantiles }
    }

    /// Takes the next value.
    pub fn push(&mut self, value: f64) {
        if self.seen == 0 {
            self.min = value;
        }
        self.max = value;
        self.sum.add(value);
        self.quantiles.iter_mut().for_each(|quantile| quantile.look(self.seen, value));
        self.seen += 1;
    }

    /// The summary; `None` if there was no value, or another number of them than was told.
    pub fn finish(self) -> Option<Summary> {
        if self.count == 0 || self.seen != self.count {
            return None;
        }
        let (count, sum) = (self.count, self.sum.total());
        let mean = sum / count as f64;
        let quantiles = self.quantiles.map(Quantile::value);
        Some(Summary { count, sum, min: self.min, max: self.max, mean, quantiles })
    }
}

/// A population deviation on its way: values come in the same order once more.
#[derive(Clone, Debug)]
pub struct Spread {
    mean: f64,
    count: u64,
    squares: Sum,
}

impl Spread {
    /// Around the mean of a summary.
    pub fn new(of: &Summary) -> Self {
        Self { mean: of.mean, count: of.count, squares: Sum::default() }
    }

    /// Takes the next value.
    pub fn push(&mut self, value: f64) {
        self.squares.add((value - self.mean) * (value - self.mean));
    }

    /// The deviation.
    pub fn std(self) -> f64 {
        (self.squares.total() / self.count as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(sorted: &[f64]) -> Option<(Summary, f64)> {
        let mut ordered = Ordered::new(sorted.len() as u64);
        sorted.iter().for_each(|&value| ordered.push(value));
        let summary = ordered.finish()?;
        let mut spread = Spread::new(&summary);
        sorted.iter().for_each(|&value| spread.push(value));
        Some((summary, spread.std()))
    }

    #[test]
    fn quantiles_mean_and_deviation_are_those_of_numpy() {
        // np.percentile(v, [1, 5, 25, 50, 75, 95, 99]), np.mean(v), np.std(v)
        let (found, std) = summary(&[0.05, 0.1, 0.35, 0.4, 0.8, 0.9]).unwrap();
        let expected = [0.0525, 0.0625, 0.1625, 0.375, 0.7, 0.875, 0.895];
        for (found, expected) in found.quantiles.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!((found.mean - 0.43333333333333335).abs() < 1e-12);
        assert!((std - 0.32102267140430374).abs() < 1e-12);
        assert_eq!((found.min, found.max, found.count), (0.05, 0.9, 6));
    }

    #[test]
    fn one_value_is_all_there_is_and_none_or_too_few_are_nothing() {
        let (found, std) = summary(&[0.5]).unwrap();
        assert_eq!((found.quantiles, std), ([0.5; 7], 0.0));
        assert_eq!(summary(&[]), None);
        assert_eq!(Ordered::new(1).finish(), None);
    }
}
