//! The one retry policy: bounded back-off with jitter.

use std::time::Duration;

/// Waits double from `first` to `max`, each shortened by up to a quarter so that tasks do not beat in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), max: Duration::from_secs(60) }
    }
}

/// Counts failures in a row.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: RetryPolicy,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, failures: 0 }
    }

    /// How many failures in a row there were.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// One more failure: how long to wait now.
    pub(crate) fn next(&mut self) -> Duration {
        let doubled = self.policy.first.saturating_mul(1u32 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let full = doubled.min(self.policy.max);
        full - full.mul_f64(0.25 * random_unit())
    }

    /// It worked.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A random number from 0 to 1; 0 if the system has no randomness, which only loses the jitter.
fn random_unit() -> f64 {
    let mut raw = [0u8; 2];
    let _ = getrandom::fill(&mut raw);
    f64::from(u16::from_le_bytes(raw)) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_bound_and_start_again_after_a_success() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        let waits: Vec<_> = (0..40).map(|_| backoff.next().as_millis()).collect();
        assert!((750..=1000).contains(&waits[0]), "{waits:?}");
        assert!((3000..=4000).contains(&waits[2]), "{waits:?}");
        assert!(waits[10..].iter().all(|w| (45_000..=60_000).contains(w)), "{waits:?}");
        backoff.reset();
        assert!(backoff.next().as_millis() <= 1000);
    }
}
