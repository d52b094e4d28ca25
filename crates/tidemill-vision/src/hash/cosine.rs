//! The lowest frequencies of a small image, by the discrete cosine transform of type II.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Both sides of the small image.
pub(super) const SIDE: usize = 32;
/// Frequencies in each direction.
const LOW: usize = 8;

type Basis = [[f64; SIDE]; LOW];

/// `cos(π f (2i + 1) / 64)`, made with the same bits on every machine.
fn basis() -> &'static Basis {
    static BASIS: OnceLock<Basis> = OnceLock::new();
    BASIS.get_or_init(|| {
        let angle = |frequency, index| PI * (frequency * (2 * index + 1)) as f64 / (2 * SIDE) as f64;
        std::array::from_fn(|frequency| std::array::from_fn(|index| libm::cos(angle(frequency, index))))
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

/// Row by row, the vertical frequency rising downwards.
fn low_frequencies(values: &[u8]) -> Vec<f64> {
    let along = |row: &[u8], wave: &[f64; SIDE]| -> f64 {
        row.iter().zip(wave).map(|(&value, factor)| f64::from(value) * factor).sum()
    };
    let rows: Vec<[f64; LOW]> = values
        .chunks_exact(SIDE)
        .map(|row| std::array::from_fn(|frequency| along(row, &basis()[frequency])))
        .collect();
    let mut frequencies = Vec::with_capacity(LOW * LOW);
    for wave in basis() {
        for column in 0..LOW {
            frequencies.push(rows.iter().zip(wave).map(|(row, factor)| row[column] * factor).sum());
        }
    }
    frequencies
}
