//! Another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::Pixels;

/// The image in another size, each side at least 1, by an antialiased triangle filter: each pixel is the weighted mean
/// of the area it covers. The ratio of the sides is not kept.
pub fn resize(pixels: &Pixels, width: u32, height: u32) -> Pixels {
    let (width, height) = (width.max(1), height.max(1));
    if (width, height) == (pixels.width(), pixels.height()) {
        return pixels.clone();
    }
    triangle(pixels, width, height).unwrap_or_else(|| pixels.clone())
}

/// `None` cannot happen: both images have the sizes they say.
fn triangle(pixels: &Pixels, width: u32, height: u32) -> Option<Pixels> {
    let source = TypedImageRef::<U8x3>::from_buffer(pixels.width(), pixels.height(), pixels.rgb()).ok()?;
    let mut rgb = vec![0; width as usize * height as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut rgb).ok()?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
    Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
    drop(target);
    Pixels::new(width, height, rgb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_takes_neighbours_into_the_mean() {
        let columns = [0u8, 0, 0, 0, 240, 240, 240, 240];
        let row: Vec<u8> = columns.iter().flat_map(|&value| [value; 3]).collect();
        let half = resize(&Pixels::new(8, 2, row.repeat(2)).unwrap(), 4, 1);
        assert_eq!((half.width(), half.height()), (4, 1));
        let values: Vec<u8> = half.rgb().iter().step_by(3).copied().collect();
        assert_eq!(values, [0, 30, 210, 240]);
    }

    #[test]
    fn any_size_is_possible() {
        let one = Pixels::new(1, 1, vec![1, 2, 3]).unwrap();
        assert_eq!(resize(&one, 3, 2).rgb(), [1, 2, 3].repeat(6));
        assert_eq!(resize(&one, 0, 0), one);
    }
}
