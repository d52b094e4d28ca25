//! An embedding: a unit vector of 16-bit numbers.

use half::f16;

/// Most dimensions of an embedding.
pub const DIMENSIONS_MAX: usize = 4096;
/// Fewest dimensions of an embedding.
pub const DIMENSIONS_MIN: usize = 16;

/// A vector of length 1, or of length 0 for an image without any feature. Its numbers are stored with 16 bits, and
/// every decision is made on the stored numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector(Vec<f16>);

impl Vector {
    /// `numbers` scaled to length 1 and rounded; `None` if one is not finite.
    pub fn normalised(numbers: &[f32]) -> Option<Self> {
        let square: f64 = numbers.iter().map(|number| f64::from(*number) * f64::from(*number)).sum();
        if !square.is_finite() {
            return None;
        }
        let scale = if square > 0.0 { square.sqrt().recip() } else { 0.0 };
        Some(Self(numbers.iter().map(|number| f16::from_f64(f64::from(*number) * scale)).collect()))
    }

    /// A vector of stored numbers, which have to be finite.
    pub(crate) fn stored(numbers: Vec<f16>) -> Option<Self> {
        numbers.iter().all(|number| number.is_finite()).then_some(Self(numbers))
    }

    /// How many numbers it has.
    pub fn dimensions(&self) -> usize {
        self.0.len()
    }

    /// Its numbers.
    pub fn numbers(&self) -> &[f16] {
        &self.0
    }

    /// Cosine of the angle to `other`, which has the same dimensions; 0 if one of them is zero.
    pub fn cosine(&self, other: &Self) -> f64 {
        let widen = |vector: &Self| vector.0.iter().map(|number| number.to_f32()).collect::<Vec<_>>();
        f64::from(crate::matrix::dot(&widen(self), &widen(other)))
    }
}
