//! Samples of any kind to 8-bit red, green and blue, with alpha apart.

use image::ColorType;

/// Red, green and blue of each pixel, and its opacity if the source has one.
type RgbAndAlpha = (Vec<u8>, Option<Vec<u8>>);

/// Splits samples as a decoder returned them; `None` for a kind that no decoder of ours returns.
pub(super) fn split(samples: Vec<u8>, color: ColorType) -> Option<RgbAndAlpha> {
    Some(match color {
        ColorType::Rgb8 => (samples, None),
        ColorType::L8 => grey(&samples, 1, |sample| sample[0]),
        ColorType::La8 => grey(&samples, 2, |sample| sample[0]),
        ColorType::Rgba8 => colour(&samples, 1, 4, |sample| sample[0]),
        ColorType::L16 => grey(&high_bytes(&samples), 1, |sample| sample[0]),
        ColorType::La16 => grey(&high_bytes(&samples), 2, |sample| sample[0]),
        ColorType::Rgb16 => (high_bytes(&samples), None),
        ColorType::Rgba16 => colour(&high_bytes(&samples), 1, 4, |sample| sample[0]),
        ColorType::Rgb32F => colour(&samples, 4, 3, unit_float),
        ColorType::Rgba32F => colour(&samples, 4, 4, unit_float),
        _ => return None,
    })
}

/// Grey three times; a second sample a pixel is its opacity.
fn grey(samples: &[u8], channels: usize, value: impl Fn(&[u8]) -> u8) -> RgbAndAlpha {
    let rgb = samples.chunks_exact(channels).flat_map(|pixel| [value(pixel); 3]).collect();
    let alpha = (channels == 2).then(|| samples.chunks_exact(2).map(|pixel| pixel[1]).collect());
    (rgb, alpha)
}

/// Three or four samples a pixel, each of `sample_len` bytes.
fn colour(samples: &[u8], sample_len: usize, channels: usize, value: impl Fn(&[u8]) -> u8) -> RgbAndAlpha {
    let pixels = samples.len() / (sample_len * channels);
    let mut rgb = Vec::with_capacity(pixels * 3);
    let mut alpha = (channels == 4).then(|| Vec::with_capacity(pixels));
    for pixel in samples.chunks_exact(sample_len * channels) {
        let mut values = pixel.chunks_exact(sample_len).map(&value);
        rgb.extend(values.by_ref().take(3));
        if let (Some(alpha), Some(opacity)) = (&mut alpha, values.next()) {
            alpha.push(opacity);
        }
    }
    (rgb, alpha)
}

/// The upper half of each 16-bit sample.
fn high_bytes(samples: &[u8]) -> Vec<u8> {
    samples
        .chunks_exact(2)
        .map(|sample| u16::from_ne_bytes([sample[0], sample[1]]).to_be_bytes()[0])
        .collect()
}

/// A number from 0 to 1; what is beyond, or no number, counts as the nearest bound or 0.
fn unit_float(sample: &[u8]) -> u8 {
    let number = f32::from_ne_bytes([sample[0], sample[1], sample[2], sample[3]]);
    (number * 255.0 + 0.5) as u8
}

/// Blends each pixel with a grey of 127 by its opacity, rounded.
pub(super) fn blend_with_grey(rgb: &mut [u8], alpha: &[u8]) {
    const GREY: u32 = 127;
    for (pixel, &opacity) in rgb.chunks_exact_mut(3).zip(alpha) {
        let opacity = u32::from(opacity);
        for value in pixel {
            *value = ((u32::from(*value) * opacity + GREY * (255 - opacity) + 127) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_becomes_rgb() {
        assert_eq!(split(vec![7, 9], ColorType::L8), Some((vec![7, 7, 7, 9, 9, 9], None)));
        assert_eq!(split(vec![7, 9], ColorType::La8), Some((vec![7, 7, 7], Some(vec![9]))));
        assert_eq!(split(vec![1, 2, 3, 4], ColorType::Rgba8), Some((vec![1, 2, 3], Some(vec![4]))));
        let words = |values: &[u16]| values.iter().flat_map(|value| value.to_ne_bytes()).collect::<Vec<u8>>();
        assert_eq!(split(words(&[0x12ff]), ColorType::L16), Some((vec![0x12; 3], None)));
        assert_eq!(
            split(words(&[0x0100, 0x02ff, 0xffff, 0x8000]), ColorType::Rgba16),
            Some((vec![1, 2, 255], Some(vec![128])))
        );
        let floats: Vec<u8> = [0.0f32, 2.0, f32::NAN].iter().flat_map(|value| value.to_ne_bytes()).collect();
        assert_eq!(split(floats, ColorType::Rgb32F), Some((vec![0, 255, 0], None)));
    }

    #[test]
    fn transparent_parts_become_grey() {
        let mut rgb = vec![255, 0, 10, 255, 0, 10, 255, 0, 10];
        blend_with_grey(&mut rgb, &[0, 255, 128]);
        assert_eq!(rgb, [127, 127, 127, 255, 0, 10, 191, 63, 68]);
    }
}
