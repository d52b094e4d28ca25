//! Which values are far away from the others.

use super::Summary;
use serde::Serialize;

/// So many are listed, at most.
const OUTLIERS_LISTED_MAX: usize = 100;

/// How many interquartile ranges beyond the quartiles are far.
const FAR: f64 = 3.0;

/// Values far away from the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outliers {
    /// How many there are.
    pub count: u64,
    /// The 100 farthest, in the order of their distance; of those as far the ones of the samples with the smaller ids.
    pub farthest: Vec<Outlier>,
}

/// A value far away from the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outlier {
    /// Whose it is.
    pub sample_id: String,
    /// The value.
    pub value: f64,
}

/// Outliers on their way: values come in any order.
#[derive(Clone, Debug)]
pub struct Far {
    fences: (f64, f64),
    count: u64,
    /// The farthest so far, with their distances; a few more than are listed.
    kept: Vec<(f64, Outlier)>,
}

impl Far {
    /// Of values with this summary.
    pub fn new(of: &Summary) -> Self {
        Self { fences: fences(of.quantiles[2], of.quantiles[4]), count: 0, kept: Vec::new() }
    }

    /// Looks at the value of a sample.
    pub fn look(&mut self, value: f64, sample_id: &str) {
        let (low, high) = self.fences;
        if value >= low && value <= high {
            return;
        }
        self.count += 1;
        let distance = if value < low { low - value } else { value - high };
        self.kept.push((distance, Outlier { sample_id: sample_id.to_owned(), value }));
        if self.kept.len() >= 2 * OUTLIERS_LISTED_MAX {
            self.cut();
        }
    }

    /// Keeps what would be listed.
    fn cut(&mut self) {
        self.kept.sort_by(|(a_distance, a), (b_distance, b)| {
            let farther = b_distance.total_cmp(a_distance);
            farther.then_with(|| a.sample_id.cmp(&b.sample_id)).then_with(|| a.value.total_cmp(&b.value))
        });
        self.kept.truncate(OUTLIERS_LISTED_MAX);
    }

    /// What was found.
    pub fn finish(mut self) -> Outliers {
        self.cut();
        Outliers { count: self.count, farthest: self.kept.into_iter().map(|(_, outlier)| outlier).collect() }
    }
}

/// The ends of what is not far away, from the quartiles.
fn fences(q25: f64, q75: f64) -> (f64, f64) {
    let far = FAR * (q75 - q25);
    (q25 - far, q75 + far)
}
