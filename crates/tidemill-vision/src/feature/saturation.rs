//! Metric 4: the mean saturation.

/// One: saturation is summed in fixed point.
const ONE: f64 = 65536.0;
/// Adding this to a number below 1 rounds it to the fixed point, and its lowest bits count in that.
const ROUNDING: f32 = 128.0;

/// The sum of the saturations of a span, in 2⁻¹⁶: `(max - min) / max` of each pixel, 0 for black, rounded.
#[inline(always)]
pub(super) fn sum((red, green, blue): (&[u8], &[u8], &[u8])) -> u64 {
    let mut sum = 0u32;
    for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        // A division of floats is the same on every machine and cheaper than a look-up.
        let saturation = f32::from(max - min) / f32::from(max.max(1));
        sum = sum.wrapping_add((saturation + ROUNDING).to_bits());
    }
    // What was added for rounding goes; the sum of a span fits, whatever ran over in between.
    u64::from(sum.wrapping_sub(ROUNDING.to_bits().wrapping_mul(red.len() as u32)))
}

/// The metric from the sum over all pixels.
pub(super) fn mean(sum: u64, pixels: u64) -> f64 {
    sum as f64 / ONE / pixels as f64
}
