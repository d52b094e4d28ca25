//! Numbers to 8 bits and to pixels: to the nearest, halves up.

/// The nearest whole number.
pub(crate) fn nearest(value: f64) -> f64 {
    libm::floor(value + 0.5)
}

/// The nearest length of a side, at least 1 pixel.
pub(crate) fn side(value: f64) -> u32 {
    nearest(value).max(1.0) as u32
}

/// The nearest 8-bit value.
pub(crate) fn byte(value: f64) -> u8 {
    nearest(value).clamp(0.0, 255.0) as u8
}

/// The nearest 8-bit value, for inner loops: adding 2^23 leaves the whole number in the low bits. The small number
/// sends exact halves up, where the processor would send them to the even neighbour.
#[inline(always)]
pub(crate) fn byte_f32(value: f32) -> u8 {
    const HALVES_UP: f32 = 1.0 / 16384.0;
    const WHOLE: f32 = 8_388_608.0;
    let low = if value > 0.0 { value } else { 0.0 };
    let clamped = if low < 255.0 { low } else { 255.0 };
    (clamped + HALVES_UP + WHOLE).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_round_alike() {
        for step in -1000..70_000 {
            let value = f64::from(step) / 256.0;
            assert_eq!(byte_f32(value as f32), byte(value), "{value}");
        }
        assert_eq!(byte_f32(f32::NAN), 0);
    }

    #[test]
    fn sides_are_never_empty() {
        assert_eq!((side(0.2), side(2.5), side(-1.0)), (1, 3, 1));
    }
}
