//! Sums of many numbers.

/// A sum that carries what rounding cuts off (Neumaier), so that its error does not grow with the number of values.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let (sum, next) = (self.sum, self.sum + value);
        self.lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        self.sum = next;
    }

    pub(super) fn total(self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_lose_what_is_small() {
        let mut sum = Sum::default();
        [1e16, 1.0, 1.0, -1e16].into_iter().for_each(|value| sum.add(value));
        assert_eq!(sum.total(), 2.0);
    }
}
