//! Quantiles by linear interpolation between the two nearest values, as numpy's `percentile` gives them.

/// The quantiles that are given, in percent.
pub const QUANTILES: [u32; 7] = [1, 5, 25, 50, 75, 95, 99];

/// One quantile of values that come in their order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantile {
    /// The numbers of the values beside it.
    below: u64,
    above: u64,
    /// How far it lies from the one below to the one above.
    share: f64,
    low: f64,
    high: f64,
}

impl Quantile {
    /// Of `count` values, at least one.
    pub(super) fn of(percent: u32, count: u64) -> Self {
        let last = count.saturating_sub(1);
        let place = last as f64 * f64::from(percent) / 100.0;
        let below = place.floor() as u64;
        Self { below, above: (below + 1).min(last), share: place - below as f64, low: 0.0, high: 0.0 }
    }

    /// Looks at value number `index`.
    pub(super) fn look(&mut self, index: u64, value: f64) {
        if index == self.below {
            self.low = value;
        }
        if index == self.above {
            self.high = value;
        }
    }

    /// The quantile, once all values were looked at.
    pub(super) fn value(self) -> f64 {
        self.low + (self.high - self.low) * self.share
    }
}
