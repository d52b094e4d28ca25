//! Luma and metric 3, its mean.

/// The BT.601 luma of a span: `(9798 R + 19235 G + 3735 B + 16384) >> 15`.
#[inline(always)]
pub(super) fn luma((red, green, blue): (&[u8], &[u8], &[u8]), out: &mut [u8]) {
    for (((&red, &green), &blue), out) in red.iter().zip(green).zip(blue).zip(out) {
        // In halves of each factor, so that 16 bits hold every sum: twice as many pixels at once.
        let (red, green, blue) = (u16::from(red), u16::from(green), u16::from(blue));
        let upper = 38 * red + 75 * green + 14 * blue + 64;
        let lower = 70 * red + 35 * green + 151 * blue;
        *out = ((upper + (lower >> 8)) >> 7) as u8;
    }
}

/// The sum of any number of bytes.
#[inline(always)]
pub(super) fn sum(bytes: &[u8]) -> u64 {
    bytes.chunks(SUMMED).map(sum_of_some).sum()
}

/// Bytes added at once.
const LANES: usize = 32;
/// So many bytes that the lanes hold their sums.
const SUMMED: usize = 256 * LANES;

#[inline(always)]
fn sum_of_some(bytes: &[u8]) -> u64 {
    let (blocks, rest) = bytes.as_chunks::<LANES>();
    let mut sums = [0u16; LANES];
    for block in blocks {
        for (sum, &value) in sums.iter_mut().zip(block) {
            *sum += u16::from(value);
        }
    }
    sums.into_iter().map(u64::from).chain(rest.iter().map(|&value| u64::from(value))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_in_halves_is_the_formula_for_every_colour() {
        let blue: Vec<u8> = (0..=255).collect();
        let mut found = [0; 256];
        for red in 0..=255 {
            for green in 0..=255 {
                luma((&[red; 256], &[green; 256], &blue), &mut found);
                for (&blue, &found) in blue.iter().zip(&found) {
                    let sum = 9798 * u32::from(red) + 19235 * u32::from(green) + 3735 * u32::from(blue);
                    assert_eq!(u32::from(found), (sum + 16384) >> 15);
                }
            }
        }
    }

    #[test]
    fn sums_hold_the_brightest_bytes() {
        for count in [0, 1, 31, 32, SUMMED - 1, SUMMED, 3 * SUMMED + 33] {
            assert_eq!(sum(&vec![255; count]), 255 * count as u64);
        }
    }
}
