use super::*;
use crate::distribution::normal_below;

/// What was added to each channel of a grey image.
fn noise(parameters: Json, width: u32, height: u32) -> Vec<f64> {
    let image = product(&parse("AddNoise", parameters), &grey(width, height), 1);
    image.rgb().iter().map(|byte| f64::from(*byte) - 128.0).collect()
}

/// Mean and variance are within four standard errors of what they have to be.
fn assert_moments(noise: &[f64], mean: f64, variance: f64, kurtosis: f64) {
    let count = noise.len() as f64;
    let found = noise.iter().sum::<f64>() / count;
    let spread = noise.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    assert!((found - mean).abs() < 4.0 * (variance / count).sqrt(), "mean {found}, not {mean}");
    let error = variance * ((kurtosis - 1.0) / count).sqrt();
    assert!((spread - variance).abs() < 4.0 * error, "variance {spread}, not {variance}");
}

/// Rounding to whole levels adds a twelfth to the variance.
const ROUNDING: f64 = 1.0 / 12.0;

#[test]
fn gauss_has_its_mean_its_deviation_and_its_shape() {
    let noise = noise(json!({"noise_type": "Gauss", "loc": 3, "scale": 8}), 300, 200);
    assert_moments(&noise, 3.0, 64.0 + ROUNDING, 3.0);
    // Kolmogorov and Smirnov at the borders between levels; beyond 2.23 p is below 1e-4.
    let count = noise.len() as f64;
    let worst = (-40..40)
        .map(|level| {
            let border = f64::from(level) + 0.5;
            let below = noise.iter().filter(|value| **value < border).count() as f64 / count;
            (below - normal_below((border - 3.0) / 8.0)).abs()
        })
        .fold(0.0, f64::max);
    assert!(worst * count.sqrt() < 2.23, "{worst}");
}

#[test]
fn laplace_has_its_scale_as_deviation() {
    assert_moments(&noise(json!({"noise_type": "Laplace", "scale": 6}), 300, 200), 0.0, 36.0 + ROUNDING, 6.0);
}

#[test]
fn poisson_is_added_and_subtracted() {
    // The mean of the square of a Poisson number is lam + lam^2; that of its fourth power for lam = 2 is 94.
    assert_moments(&noise(json!({"noise_type": "Poisson"}), 300, 200), 0.0, 6.0, 94.0 / 36.0);
}

/// How many values are neither black nor white, black, white.
fn replaced(values: &[f64]) -> (f64, f64) {
    let share =
        |wanted: f64| values.iter().filter(|value| **value == wanted).count() as f64 / values.len() as f64;
    (share(-128.0), share(127.0))
}

#[test]
fn salt_and_pepper_take_whole_pixels_and_impulses_single_channels() {
    let p = 0.04;
    let error = 4.0 * (p / 2.0 / 60_000.0_f64).sqrt();
    let pixels = noise(json!({"noise_type": "SaltAndPepper", "p": p}), 300, 200);
    let channels = noise(json!({"noise_type": "Impulse", "p": p}), 300, 200);
    for values in [&pixels, &channels] {
        let (black, white) = replaced(values);
        assert!((black - p / 2.0).abs() < error && (white - p / 2.0).abs() < error, "{black} {white}");
        assert!(values.iter().all(|value| [-128.0, 0.0, 127.0].contains(value)));
    }
    let mixed = |values: &[f64]| values.chunks(3).any(|pixel| pixel[0] != pixel[1] || pixel[1] != pixel[2]);
    assert!(!mixed(&pixels) && mixed(&channels));
}

#[test]
fn defaults_are_barely_visible() {
    assert_moments(&noise(json!({}), 200, 100), 0.0, 1.0 + ROUNDING, 3.0);
}
