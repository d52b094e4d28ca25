//! Histograms with bins that do not depend on the values, so that two of them can be laid over each other.

use crate::feature::Bins;

/// Bins of a linear histogram.
const LINEAR: usize = 50;
/// Integers with a bin of their own; one more bin takes the rest.
const INTEGERS: usize = 50;
/// Bins an octave.
const OCTAVE: i32 = 4;

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
    /// Of sorted values, none below 0.
    pub(super) fn of(sorted: &[f64], bins: Bins) -> Self {
        match bins {
            Bins::Linear { max } => {
                let borders = (0..=LINEAR).map(|index| max * index as f64 / LINEAR as f64).collect();
                Self::counted(sorted, borders)
            }
            Bins::Integers => Self::counted(sorted, (0..=INTEGERS + 1).map(|number| number as f64).collect()),
            Bins::Octaves { centred } => Self::counted(sorted, octaves(sorted, centred)),
        }
    }

    fn counted(sorted: &[f64], borders: Vec<f64>) -> Self {
        let mut counts = vec![0; borders.len() - 1];
        let (mut bin, last) = (0, counts.len() - 1);
        for &value in sorted {
            while bin < last && value >= borders[bin + 1] {
                bin += 1;
            }
            counts[bin] += 1;
        }
        Self { borders, counts }
    }
}

/// The borders from the bin of the smallest value above 0 to that of the largest, and before them 0 if it occurs.
fn octaves(sorted: &[f64], centred: bool) -> Vec<f64> {
    let zeros = sorted.partition_point(|&value| value <= 0.0);
    let mut borders = if zeros > 0 { vec![0.0] } else { vec![] };
    match (sorted.get(zeros), sorted.last()) {
        (Some(&first), Some(&last)) => {
            borders
                .extend((bin_of(first, centred)..=bin_of(last, centred) + 1).map(|bin| border(bin, centred)));
        }
        // Nothing but zeros.
        _ => borders.push(1.0),
    }
    borders
}

/// The lower end of a bin.
fn border(bin: i32, centred: bool) -> f64 {
    let shift = if centred { 0.5 } else { 0.0 };
    libm::exp2((f64::from(bin) - shift) / f64::from(OCTAVE))
}

/// The bin of a value above 0.
fn bin_of(value: f64, centred: bool) -> i32 {
    let shift = if centred { 0.5 } else { 0.0 };
    let near = (libm::log2(value) * f64::from(OCTAVE) + shift).floor() as i32;
    // Rounding may have put it on the wrong side of a border.
    if value < border(near, centred) {
        near - 1
    } else if value >= border(near + 1, centred) {
        near + 1
    } else {
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram(values: &[f64], bins: Bins) -> Histogram {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Histogram::of(&sorted, bins)
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

    proptest! {
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
