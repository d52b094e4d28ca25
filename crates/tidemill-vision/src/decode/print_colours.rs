//! Cyan, magenta, yellow and black to red, green and blue.

/// Four samples a pixel as JPEG files hold them, inverted: 255 is no ink. Without colour profiles.
pub(super) fn to_rgb(samples: &[u8]) -> Vec<u8> {
    samples
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|[cyan, magenta, yellow, black]| [cyan, magenta, yellow].map(|ink| product(*ink, *black)))
        .collect()
}

/// `a * b / 255`, rounded.
fn product(a: u8, b: u8) -> u8 {
    let sum = u32::from(a) * u32::from(b) + 128;
    ((sum + (sum >> 8)) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_takes_light_away() {
        assert_eq!(
            to_rgb(&[255, 255, 255, 255, 0, 255, 128, 255, 255, 100, 0, 51]),
            [255, 255, 255, 0, 255, 128, 51, 20, 0]
        );
    }
}
