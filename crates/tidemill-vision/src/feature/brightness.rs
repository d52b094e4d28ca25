//! Luma and metric 3, its mean.

/// Writes the BT.601 luma of a span: `(9798 R + 19235 G + 3735 B + 16384) >> 15`.
#[inline(always)]
pub(super) fn luma((red, green, blue): (&[u8], &[u8], &[u8]), out: &mut [u8]) {
    for (((&red, &green), &blue), out) in red.iter().zip(green).zip(blue).zip(out) {
        let sum = 9798 * u32::from(red) + 19235 * u32::from(green) + 3735 * u32::from(blue) + 16384;
        *out = (sum >> 15) as u8;
    }
}

/// The sum of a row of luma.
#[inline(always)]
pub(super) fn sum(luma: &[u8]) -> u64 {
    luma.chunks(super::row::SPAN)
        .map(|span| u64::from(span.iter().map(|&value| u32::from(value)).sum::<u32>()))
        .sum()
}
