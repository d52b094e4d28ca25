//! From cosines to the documented similarities and distances.

use crate::model::Calibration;

/// Decisions nearer to a threshold than this are marked: another class of processor may decide otherwise.
pub const BORDERLINE: f64 = 0.002;

/// The similarity at which two images count as near-duplicates.
const DUPLICATE: f64 = 0.9;

/// How cosines of a level's vectors are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(Option<Calibration>);

impl Scale {
    /// Of histograms of gradients, which know nothing of kinds: its distances are those of the default level.
    pub(crate) const BASIC: Self = Self(Some(Calibration { c0: 0.952, c1: 0.40 }));

    /// Of a model; without a calibration raw cosines are compared.
    pub fn of(calibration: Option<Calibration>) -> Self {
        Self(calibration)
    }

    /// Whether the documented thresholds were calibrated for this level.
    pub fn is_calibrated(&self) -> bool {
        self.0.is_some()
    }

    /// Similarity, 0 to 1, never falling as the cosine rises.
    pub fn similarity(&self, cosine: f64) -> f64 {
        let cosine = cosine.min(1.0);
        match self.0 {
            None => cosine,
            Some(Calibration { c0, .. }) if cosine <= c0 => DUPLICATE * cosine.max(0.0) / c0,
            Some(Calibration { c0, .. }) => DUPLICATE + (1.0 - DUPLICATE) * (cosine - c0) / (1.0 - c0),
        }
    }

    /// Embedding distance, 0 at equality, never rising as the cosine rises.
    pub fn distance(&self, cosine: f64) -> f64 {
        let apart = 1.0 - cosine.min(1.0);
        match self.0 {
            None => apart / 2.0,
            Some(Calibration { c1, .. }) => apart / (5.0 * (1.0 - c1)),
        }
    }
}

/// Whether `value` lies so near to `threshold` that the decision is marked.
pub fn is_borderline(value: f64, threshold: f64) -> bool {
    (value - threshold).abs() <= BORDERLINE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::CALIBRATION;

    #[test]
    fn the_documented_thresholds_are_the_calibrated_cosines() {
        let scale = Scale::of(Some(CALIBRATION));
        assert!((scale.similarity(0.82) - 0.9).abs() < 1e-12);
        assert!((scale.distance(0.40) - 0.2).abs() < 1e-12);
        assert_eq!((scale.similarity(1.0), scale.similarity(-0.3)), (1.0, 0.0));
        assert!((Scale::BASIC.similarity(0.952) - 0.9).abs() < 1e-12);
    }

    #[test]
    fn without_calibration_the_cosine_counts() {
        let scale = Scale::of(None);
        assert_eq!((scale.similarity(0.5), scale.distance(0.5)), (0.5, 0.25));
    }
}
