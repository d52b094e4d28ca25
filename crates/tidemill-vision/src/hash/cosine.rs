//! The lowest frequencies of a small image, by the discrete cosine transform of type II.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Both sides of the small image.
pub(super) const SIDE: usize = 32;
/// Frequencies in each direction.
const LOW: usize = 8;

/// Of each index, all frequencies.
type Basis = [[f64; LOW]; SIDE];

/// `cos(π f (2i + 1) / 64)`, made with the same bits on every machine.
fn basis() -> &'static Basis {
    static BASIS: OnceLock<Basis> = OnceLock::new();
    BASIS.get_or_init(|| {
        let angle = |frequency, index| PI * (frequency * (2 * index + 1)) as f64 / (2 * SIDE) as f64;
        std::array::from_fn(|index| std::array::from_fn(|frequency| libm::cos(angle(frequency, index))))
    })
}

/// Which of the lowest frequencies of a `SIDE * SIDE` image are above the median of them.
pub(super) fn above_median(values: &[u8]) -> Vec<bool> {
    let frequencies = low_frequencies(values);
    let mut sorted = frequencies.clone();
    sorted.sort_by(f64::total_cmp);
    let median = (sorted[LOW * LOW / 2 - 1] + sorted[LOW * LOW / 2]) / 2.0;
    frequencies.iter().map(|&frequency| frequency > median).collect()
}

/// Row by row, the vertical frequency rising downwards. All frequencies of a row grow together, so that their sums do
/// not wait for each other.
fn low_frequencies(values: &[u8]) -> Vec<f64> {
    let mut frequencies = [[0.0; LOW]; LOW];
    for (row, factors) in values.chunks_exact(SIDE).zip(basis()) {
        let row = along(row);
        for (sums, factor) in frequencies.iter_mut().zip(factors) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * factor);
        }
    }
    frequencies.concat()
}

fn along(row: &[u8]) -> [f64; LOW] {
    let mut sums = [0.0; LOW];
    for (&value, factors) in row.iter().zip(basis()) {
        sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += f64::from(value) * factor);
    }
    sums
}
