//! Histograms with bins that do not depend on the values, so that two of them can be laid over each other.

use crate::feature::Bins;
use std::collections::BTreeMap;

/// Bins of a linear histogram.
const LINEAR: i64 = 50;
/// Integers with a bin of their own; one more bin takes the rest.
const INTEGERS: i64 = 50;
/// Bins an octave.
const OCTAVE: f64 = 4.0;
/// The bin of zero among octaves, below all others.
const ZERO: i64 = i64::MIN;
/// No finite number has a bin farther from that of 1, and no bin that matters is.
const FARTHEST: f64 = 5000.0;

impl Bins {
    /// The number of the bin of a value; what is below 0 counts as 0. Of a greater value it is not smaller.
    pub fn number(self, value: f64) -> i64 {
        match self {
            Self::Linear { max } => self.settled(value, value / max * LINEAR as f64).clamp(0, LINEAR - 1),
            Self::Integers => self.settled(value, value).clamp(0, INTEGERS),
            Self::Octaves { .. } if value <= 0.0 => ZERO,
            Self::Octaves { centred } => self.settled(value, libm::log2(value) * OCTAVE + shift(centred)),
        }
    }

    /// The number of the bin beside `near` that holds the value: rounding may have put it on the wrong side of a
    /// border.
    fn settled(self, value: f64, near: f64) -> i64 {
        let near = near.floor().clamp(-FARTHEST, FARTHEST) as i64;
        if value < self.border(near) {
            near - 1
        } else if value >= self.border(near + 1) {
            near + 1
        } else {
            near
        }
    }

    /// The lower end of a bin.
    fn border(self, number: i64) -> f64 {
        match self {
            Self::Linear { max } => max * number as f64 / LINEAR as f64,
            Self::Integers => number as f64,
            Self::Octaves { centred } => libm::exp2((number as f64 - shift(centred)) / OCTAVE),
        }
    }

    /// The bins of a histogram with an end; of one without those from the first to the last with a value above 0.
    fn shown(self, counts: &BTreeMap<i64, u64>) -> std::ops::Range<i64> {
        match self {
            Self::Linear { .. } => 0..LINEAR,
            Self::Integers => 0..INTEGERS + 1,
            Self::Octaves { .. } => {
                let mut filled = counts.keys().copied().filter(|number| *number != ZERO);
                let first = filled.next();
                first.map_or(0..0, |first| first..filled.next_back().unwrap_or(first) + 1)
            }
        }
    }
}

/// How far a bin that has 1 in its middle reaches below 1, in bins.
fn shift(centred: bool) -> f64 {
    if centred { 0.5 } else { 0.0 }
}

/// How many values lie in each bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The borders of the bins: bin `i` goes from border `i` up to, not including, border `i + 1`. The last bin of
    /// a histogram with an end also takes what lies at the last border and above.
    pub borders: Vec<f64>,
    /// One number a bin.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Of how many values there are for each [number](Bins::number) of a bin.
    pub fn of(bins: Bins, counts: &BTreeMap<i64, u64>) -> Self {
        let shown = bins.shown(counts);
        let zeros = counts.get(&ZERO).copied();
        let filled = shown.clone().map(|number| counts.get(&number).copied().unwrap_or_default());
        // Nothing but zeros goes up to 1.
        let end = if shown.is_empty() { 1.0 } else { bins.border(shown.end) };
        let borders = zeros.map(|_| 0.0).into_iter().chain(shown.map(|number| bins.border(number)));
        Self { borders: borders.chain([end]).collect(), counts: zeros.into_iter().chain(filled).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram(values: &[f64], bins: Bins) -> Histogram {
        let mut counts = BTreeMap::new();
        values.iter().for_each(|&value| *counts.entry(bins.number(value)).or_default() += 1);
        Histogram::of(bins, &counts)
    }

    fn filled(histogram: &Histogram) -> Vec<(f64, f64, u64)> {
        let bins = histogram.borders.windows(2).zip(&histogram.counts);
        bins.filter(|(_, count)| **count > 0).map(|(ends, &count)| (ends[0], ends[1], count)).collect()
    }

    #[test]
    fn fifty_linear_bins_and_the_last_takes_the_overflow() {
        let found = histogram(&[0.0, 0.019, 0.02, 1.0, 7.0], Bins::Linear { max: 1.0 });
        assert_eq!((found.borders.len(), found.counts.len()), (51, 50));
        assert_eq!(filled(&found), [(0.0, 0.02, 2), (0.02, 0.04, 1), (0.98, 1.0, 2)]);
    }

    #[test]
    fn integers_up_to_49_and_one_bin_for_the_rest() {
        let found = histogram(&[0.0, 1.0, 1.0, 49.0, 50.0, 900.0], Bins::Integers);
        assert_eq!(filled(&found), [(0.0, 1.0, 1), (1.0, 2.0, 2), (49.0, 50.0, 1), (50.0, 51.0, 2)]);
    }

    #[test]
    fn powers_of_two_begin_a_bin_and_zero_has_its_own() {
        let found = histogram(&[0.0, 0.0, 1.0, 1.18, 2.0, 4.0], Bins::Octaves { centred: false });
        assert_eq!(found.borders[..2], [0.0, 1.0]);
        assert_eq!(found.counts, [2, 2, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert_eq!(histogram(&[0.0], Bins::Octaves { centred: false }).counts, [1]);
    }

    #[test]
    fn a_ratio_of_one_is_in_the_middle_of_its_bin() {
        let found = filled(&histogram(&[0.92, 1.0, 1.08], Bins::Octaves { centred: true }));
        assert_eq!(found.len(), 1);
        assert!((found[0].0 * found[0].1 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn no_number_is_too_large_or_no_number() {
        for value in [0.0, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            for bins in [Bins::Linear { max: 255.0 }, Bins::Integers, Bins::Octaves { centred: true }] {
                let found = histogram(&[value, 1.0], bins);
                assert_eq!(found.counts.iter().sum::<u64>(), 2, "{value} {bins:?}");
                assert_eq!(found.borders.len(), found.counts.len() + 1);
            }
        }
    }

    proptest! {
        #[test]
        fn a_border_begins_its_bin(number in 0i64..50, centred: bool, max in prop_oneof![Just(255.0), Just(1.0), Just(150.0), Just(0.5)]) {
            for bins in [Bins::Linear { max }, Bins::Integers, Bins::Octaves { centred }] {
                let border = bins.border(number);
                prop_assert_eq!(bins.number(border), number);
                if number > 0 {
                    prop_assert_eq!(bins.number(border.next_down()), number - 1);
                }
            }
        }

        #[test]
        fn every_value_lies_in_its_bin(values in prop::collection::vec(1e-9f64..1e9, 1..50), centred: bool) {
            let found = histogram(&values, Bins::Octaves { centred });
            prop_assert_eq!(found.counts.iter().sum::<u64>(), values.len() as u64);
            for value in values {
                let inside = filled(&found).iter().any(|&(from, to, _)| from <= value && value < to);
                prop_assert!(inside, "{} {:?}", value, found);
            }
        }
    }
}
