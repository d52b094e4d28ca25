//! Which values are far away from the others.

/// So many are listed, at most.
pub const OUTLIERS_LISTED_MAX: usize = 100;

/// How many interquartile ranges beyond the quartiles are far.
const FAR: f64 = 3.0;

/// The ends of what is not far away, from the quartiles.
pub fn fences(q25: f64, q75: f64) -> (f64, f64) {
    let far = FAR * (q75 - q25);
    (q25 - far, q75 + far)
}
