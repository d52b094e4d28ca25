//! Lanczos' window of three lobes, the same on every machine and quick.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Where the window ends on either side.
pub(super) const SUPPORT: f64 = 3.0;

/// Steps of the table from 0 to 1.
const STEPS: usize = 1024;

/// The window at every step from 0 to [`SUPPORT`], and one more to draw the last line to.
static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| {
    (0..SUPPORT as usize * STEPS + 2).map(|step| exact(step as f64 / STEPS as f64)).collect()
});

/// `sinc(x) sinc(x / 3)` up to [`SUPPORT`], then 0: right to six digits, on a line between two steps of a table.
pub(super) fn window(x: f64) -> f64 {
    let step = (x.abs().min(SUPPORT) * STEPS as f64).min((TABLE.len() - 2) as f64);
    let (below, share) = (step as usize, step.fract());
    TABLE[below] + share * (TABLE[below + 1] - TABLE[below])
}

/// The formula, with a sine that is the same on every machine.
fn exact(x: f64) -> f64 {
    let third = x / SUPPORT;
    if third >= 1.0 {
        return 0.0;
    }
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
    sinc(x) * sinc(third)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_formula() {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
        for step in -3100..=3100 {
            let x = f64::from(step) / 1000.0;
            let expected = if x.abs() < SUPPORT { sinc(x) * sinc(x / SUPPORT) } else { 0.0 };
            assert!((window(x) - expected).abs() < 1e-6, "{x}: {} and {expected}", window(x));
        }
    }
}
