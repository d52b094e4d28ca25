use super::*;
use crate::distribution::normal_below;

/// Normal quantile for 1e-4: what is worse has a smaller p.
const Z: f64 = 3.719;

/// What was added to each channel of a grey image of 300 x 200.
fn noise(parameters: Json) -> Vec<f64> {
    let image = product(&parse("AddNoise", parameters), &grey(300, 200), 1);
    image.rgb().iter().map(|byte| f64::from(*byte) - 128.0).collect()
}

/// One channel of each pixel, where all channels of a pixel get the same.
fn of_pixels(values: &[f64]) -> Vec<f64> {
    values.iter().step_by(3).copied().collect()
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

/// Kolmogorov and Smirnov at the borders between levels; beyond 2.23 p is below 1e-4.
fn assert_shape(noise: &[f64], below: impl Fn(f64) -> f64) {
    let count = noise.len() as f64;
    let away = |level: i32| {
        let border = f64::from(level) + 0.5;
        let found = noise.iter().filter(|value| **value < border).count() as f64 / count;
        (found - below(border)).abs()
    };
    let worst = (-60..60).map(away).fold(0.0, f64::max);
    assert!(worst * count.sqrt() < 2.23, "{worst}");
}

/// Noise of these values with these probabilities: its moments, the share of each value within four standard errors,
/// and chi-square over all of them with p above 1e-4.
fn assert_values(noise: &[f64], values: &[(f64, f64)]) {
    let moment = |of: &dyn Fn(f64) -> f64| values.iter().map(|(value, p)| p * of(*value)).sum::<f64>();
    let mean = moment(&|value| value);
    let variance = moment(&|value| (value - mean).powi(2));
    let kurtosis = moment(&|value| (value - mean).powi(4)) / variance.powi(2);
    assert_moments(noise, mean, variance, kurtosis);
    let (count, mut chi_square, mut met) = (noise.len() as f64, 0.0, 0);
    for (value, p) in values {
        let found = noise.iter().filter(|one| *one == value).count();
        met += found;
        let away = found as f64 - count * p;
        assert!(away.abs() < 4.0 * (count * p * (1.0 - p)).sqrt().max(1.0), "{value}: {found} of {count}");
        chi_square += away * away / (count * p);
    }
    assert_eq!(met, noise.len(), "there are other values");
    // The quantile as Wilson and Hilferty approximate it.
    let free = (values.len() - 1) as f64;
    let most = free * (1.0 - 2.0 / (9.0 * free) + Z * (2.0 / (9.0 * free)).sqrt()).powi(3);
    assert!(chi_square < most, "{chi_square}, {most} allowed");
}

#[test]
fn gauss_has_its_mean_its_deviation_and_its_shape() {
    let noise = noise(json!({"noise_type": "Gauss", "loc": 3, "scale": 8}));
    assert_moments(&noise, 3.0, 64.0 + ROUNDING, 3.0);
    assert_shape(&noise, |border| normal_below((border - 3.0) / 8.0));
}

#[test]
fn laplace_has_its_scale_as_deviation_and_its_shape() {
    let noise = noise(json!({"noise_type": "Laplace", "loc": -2, "scale": 6}));
    assert_moments(&noise, -2.0, 36.0 + ROUNDING, 6.0);
    assert_shape(&noise, |border| {
        let tail = (-(border + 2.0).abs() / (6.0 / 2.0_f64.sqrt())).exp() / 2.0;
        if border < -2.0 { tail } else { 1.0 - tail }
    });
}

#[test]
fn poisson_is_added_and_subtracted() {
    for (lam, most) in [(2.0_f64, 9), (0.3, 4)] {
        let noise = noise(json!({"noise_type": "Poisson", "lam": lam}));
        let square = lam + lam.powi(2);
        let fourth = lam.powi(4) + 6.0 * lam.powi(3) + 7.0 * lam.powi(2) + lam;
        assert_moments(&noise, 0.0, square, fourth / square.powi(2));
        // What is larger than `most` is counted as that.
        let (mut p, mut rest) = ((-lam).exp(), 1.0);
        let mut values = vec![(0.0, p)];
        for n in (1..=most).map(f64::from) {
            rest -= p;
            p = if n < f64::from(most) { p * lam / n } else { rest };
            values.extend([(n, p / 2.0), (-n, p / 2.0)]);
        }
        let most = f64::from(most);
        assert_values(&noise.iter().map(|value| value.clamp(-most, most)).collect::<Vec<_>>(), &values);
    }
}

#[test]
fn salt_and_pepper_take_whole_pixels_and_impulses_single_channels() {
    for p in [0.01, 0.04, 0.5] {
        let values = [(-128.0, p / 2.0), (0.0, 1.0 - p), (127.0, p / 2.0)];
        let pixels = noise(json!({"noise_type": "SaltAndPepper", "p": p}));
        assert!(pixels.chunks(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]));
        assert_values(&of_pixels(&pixels), &values);
        let channels = noise(json!({"noise_type": "Impulse", "p": p}));
        assert!(channels.chunks(3).any(|pixel| pixel[0] != pixel[1] || pixel[1] != pixel[2]));
        assert_values(&channels, &values);
    }
}

#[test]
fn defaults_are_barely_visible() {
    assert_moments(&noise(json!({})), 0.0, 1.0 + ROUNDING, 3.0);
}
