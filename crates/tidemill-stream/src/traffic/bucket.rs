//! A token bucket: how much one limit lets through.

/// The level is in thousandths, so that one millisecond refills a whole number.
const THOUSANDTHS: i64 = 1000;

/// Holds at most what one second brings, and may go into debt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    per_second: i64,
    level: i64,
    at_ms: i64,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn full(per_second: u32, now_ms: i64) -> Self {
        let per_second = i64::from(per_second);
        Self { per_second, level: per_second * THOUSANDTHS, at_ms: now_ms }
    }

    /// Whole tokens in it, after what came in since the last look; negative while it is in debt.
    pub(super) fn level(&mut self, now_ms: i64) -> i64 {
        // Two threads may look at the clock in one order and come here in the other.
        let elapsed_ms = now_ms.saturating_sub(self.at_ms).max(0);
        let full = self.per_second * THOUSANDTHS;
        self.level = self.level.saturating_add(elapsed_ms.saturating_mul(self.per_second)).min(full);
        self.at_ms = self.at_ms.max(now_ms);
        self.level.div_euclid(THOUSANDTHS)
    }

    /// Takes tokens out, also those that are not there.
    pub(super) fn take(&mut self, tokens: u64) {
        let taken = i64::try_from(tokens).unwrap_or(i64::MAX).saturating_mul(THOUSANDTHS);
        self.level = self.level.saturating_sub(taken);
    }

    /// Puts tokens back that were taken and not used.
    pub(super) fn put_back(&mut self, tokens: u64) {
        let back = i64::try_from(tokens).unwrap_or(i64::MAX).saturating_mul(THOUSANDTHS);
        self.level = self.level.saturating_add(back).min(self.per_second * THOUSANDTHS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_the_most_it_saves_up_and_debts_are_paid_first() {
        let mut bucket = Bucket::full(1000, 0);
        assert_eq!(bucket.level(60_000), 1000);
        bucket.take(1500);
        assert_eq!(bucket.level(60_000), -500);
        assert_eq!(bucket.level(60_499), -1);
        assert_eq!(bucket.level(60_501), 1);
        assert_eq!(bucket.level(60_400), 1, "time does not step back");
        bucket.put_back(5000);
        assert_eq!(bucket.level(60_501), 1000);
    }

    #[test]
    fn no_time_and_no_amount_is_too_large() {
        let mut bucket = Bucket::full(u32::MAX, i64::MIN);
        bucket.take(u64::MAX);
        assert!(bucket.level(0) <= i64::from(u32::MAX));
        assert_eq!(bucket.level(i64::MAX), i64::from(u32::MAX));
    }
}
