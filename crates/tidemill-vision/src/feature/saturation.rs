//! Metric 4: the mean saturation.

/// One: saturation is summed in fixed point.
const ONE: f32 = 65536.0;
/// Adding this to a small float leaves the nearest integer in the lower bits.
const INTEGERS: f32 = 8_388_608.0;

/// The sum of the saturations of a span, in 2⁻¹⁶: `(max - min) / max` of each pixel, 0 for black, rounded.
#[inline(always)]
pub(super) fn sum((red, green, blue): (&[u8], &[u8], &[u8])) -> u64 {
    let mut sum = 0u32;
    for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        // A division of floats is the same on every machine and cheaper than a look-up.
        let saturation = f32::from(max - min) / f32::from(max.max(1));
        sum += (saturation * ONE + INTEGERS).to_bits() - INTEGERS.to_bits();
    }
    u64::from(sum)
}

/// The metric from the sum over all pixels.
pub(super) fn mean(sum: u64, pixels: u64) -> f64 {
    sum as f64 / f64::from(ONE) / pixels as f64
}
