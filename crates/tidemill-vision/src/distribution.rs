//! Distributions by their quantiles: one uniform number in, one value out, the same on every machine.

use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// How many values a 53-bit uniform number has.
pub(crate) const STEPS: u64 = 1 << 53;

/// The share of a standard normal distribution below `x`.
pub(crate) fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The share of a Laplace distribution around 0 with the scale 1 (deviation √2) below `x`.
pub(crate) fn laplace_below(x: f64) -> f64 {
    if x < 0.0 { 0.5 * libm::exp(x) } else { 1.0 - 0.5 * libm::exp(-x) }
}

/// The standard normal value below which the share `p` lies; `p` in (0, 0.5].
///
/// A rational approximation (Abramowitz and Stegun 26.2.23) made exact by two steps of Halley's method.
fn normal_lower_quantile(p: f64) -> f64 {
    let t = libm::sqrt(-2.0 * libm::log(p));
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    let below = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    let mut x = above / below - t;
    for _ in 0..2 {
        let off = (normal_below(x) - p) * libm::sqrt(2.0 * PI) * libm::exp(x * x / 2.0);
        x -= off / (1.0 + x * off / 2.0);
    }
    x
}

/// The quantile of a distribution that is symmetric around 0 at the middle of step `step` of [`STEPS`].
fn symmetric(step: u64, lower: impl Fn(f64) -> f64) -> f64 {
    let upper = step >= STEPS / 2;
    let mirrored = if upper { STEPS - 1 - step } else { step };
    let value = lower((mirrored as f64 + 0.5) / STEPS as f64);
    if upper { -value } else { value }
}

/// The standard normal value of step `step` of [`STEPS`].
pub(crate) fn normal(step: u64) -> f64 {
    symmetric(step, normal_lower_quantile)
}

/// The value of step `step` of [`STEPS`] of a Laplace distribution with the deviation 1.
pub(crate) fn laplace(step: u64) -> f64 {
    symmetric(step, |p| libm::log(2.0 * p)) / SQRT_2
}

/// The shares of a Poisson distribution with the mean `lambda` (0 to 700) at or below 0, 1, 2, ...; the last is 1.
pub(crate) fn poisson_shares(lambda: f64) -> Vec<f64> {
    let mut term = libm::exp(-lambda);
    let mut sum = term;
    let mut shares = vec![sum.min(1.0)];
    let mut count = 0.0;
    while 1.0 - sum > 1e-15 && count < lambda + 40.0 * (1.0 + libm::sqrt(lambda)) {
        count += 1.0;
        term *= lambda / count;
        sum += term;
        shares.push(sum.min(1.0));
    }
    if let Some(last) = shares.last_mut() {
        *last = 1.0;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        for (p, expected) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.01, -2.326_347_874_040_841),
            (1e-9, -5.997_807_014_978_62),
        ] {
            let found = normal((p * STEPS as f64) as u64);
            assert!((found - expected).abs() < 1e-7, "{p}: {found}");
        }
        assert!(normal(0).is_finite() && normal(STEPS - 1).is_finite());
        assert_eq!(normal(0), -normal(STEPS - 1));
    }

    #[test]
    fn quantile_and_share_are_inverse() {
        for step in (0..STEPS).step_by((STEPS / 997) as usize) {
            let p = (step as f64 + 0.5) / STEPS as f64;
            assert!((normal_below(normal(step)) - p).abs() < 1e-14, "normal at {p}");
            assert!((laplace_below(laplace(step) * SQRT_2) - p).abs() < 1e-14, "Laplace at {p}");
        }
    }

    #[test]
    fn poisson_shares_rise_to_one() {
        let shares = poisson_shares(2.0);
        assert!((shares[0] - 0.135_335_283_236_612_7).abs() < 1e-15);
        assert!((shares[1] - 0.406_005_849_709_838).abs() < 1e-14);
        assert!(shares.is_sorted());
        assert_eq!(shares.last(), Some(&1.0));
        assert_eq!(poisson_shares(0.0), [1.0]);
        assert!(poisson_shares(255.0).len() < 500);
    }
}
