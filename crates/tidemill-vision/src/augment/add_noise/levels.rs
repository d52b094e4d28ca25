//! Noise in whole grey levels.
//!
//! A pixel is whole, so `round(pixel + noise) = pixel + round(noise)`: the inverse of the distribution is only needed
//! at the borders between levels, and those are found once.

use std::f64::consts::SQRT_2;

use crate::distribution::{STEPS, laplace_below, normal_below, poisson_shares};

/// The most a pixel can change.
const MOST: i16 = 255;
/// The upper bits of a step choose a slot.
const SLOT_BITS: u32 = 12;

/// Which uniform number gives which level.
pub(super) struct Levels {
    /// `borders[i]` is the first step of the level `i + 1 - MOST`; one more at the end that no step reaches.
    borders: Vec<u64>,
    /// For each slot the level of its first step, as an index.
    slots: Vec<u16>,
}

impl Levels {
    /// Normal noise; `scale` is the deviation.
    pub(super) fn normal(loc: f64, scale: f64) -> Self {
        Self::new(|level| share_below(level - 0.5 - loc, scale, normal_below))
    }

    /// Laplace noise; `scale` is the deviation.
    pub(super) fn laplace(loc: f64, scale: f64) -> Self {
        Self::new(|level| share_below(level - 0.5 - loc, scale / SQRT_2, laplace_below))
    }

    /// Plus or minus a Poisson number.
    pub(super) fn poisson(lambda: f64) -> Self {
        let shares = poisson_shares(lambda.clamp(0.0, 700.0));
        let at_most = |count: f64| shares.get(count as usize).copied().unwrap_or(1.0);
        Self::new(
            |level| {
                if level > 0.0 { 0.5 + 0.5 * at_most(level - 1.0) } else { 0.5 - 0.5 * at_most(-level) }
            },
        )
    }

    /// `below` is the share of noise under a level.
    fn new(below: impl Fn(f64) -> f64) -> Self {
        let first_step =
            |level: i16| libm::ceil(below(f64::from(level)) * STEPS as f64 - 0.5).max(0.0) as u64;
        let mut borders: Vec<u64> = (1 - MOST..=MOST).map(first_step).collect();
        borders.push(u64::MAX);
        let slots = (0..1 << SLOT_BITS)
            .map(|slot: u64| borders.partition_point(|border| *border <= slot << (53 - SLOT_BITS)) as u16)
            .collect();
        Self { borders, slots }
    }

    /// The level of a step of [`STEPS`].
    #[inline(always)]
    pub(super) fn of(&self, step: u64) -> i16 {
        let mut index = self.slots.get((step >> (53 - SLOT_BITS)) as usize).copied().unwrap_or(0);
        while self.borders.get(usize::from(index)).is_some_and(|border| *border <= step) {
            index += 1;
        }
        index as i16 - MOST
    }
}

fn share_below(distance: f64, scale: f64, below: impl Fn(f64) -> f64) -> f64 {
    if scale > 0.0 { below(distance / scale) } else { f64::from(u8::from(distance > 0.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{laplace, normal};
    use crate::rounding::nearest;

    #[test]
    fn levels_are_the_rounded_quantiles() {
        let (gauss, heavy) = (Levels::normal(3.0, 7.5), Levels::laplace(-2.0, 40.0));
        for step in (0..STEPS).step_by((STEPS / 9973) as usize).chain([STEPS - 1]) {
            let expected = nearest(3.0 + 7.5 * normal(step)).clamp(-255.0, 255.0);
            assert_eq!(f64::from(gauss.of(step)), expected, "normal at {step}");
            let expected = nearest(-2.0 + 40.0 * laplace(step)).clamp(-255.0, 255.0);
            assert_eq!(f64::from(heavy.of(step)), expected, "Laplace at {step}");
        }
    }

    #[test]
    fn no_spread_is_one_level() {
        let levels = Levels::normal(2.0, 0.0);
        assert!([0, 1, STEPS / 2, STEPS - 1].into_iter().all(|step| levels.of(step) == 2));
        assert_eq!(Levels::poisson(0.0).of(STEPS / 3), 0);
    }

    #[test]
    fn poisson_noise_is_fair() {
        let levels = Levels::poisson(2.0);
        let all: Vec<i16> =
            (0..STEPS).step_by((STEPS / 100_000) as usize).map(|step| levels.of(step)).collect();
        let sum: i64 = all.iter().map(|level| i64::from(*level)).sum();
        let size: i64 = all.iter().map(|level| i64::from(level.abs())).sum();
        assert!(sum.abs() < 20, "{sum}");
        assert!((size - 2 * all.len() as i64).abs() < 200, "{size}");
    }
}
