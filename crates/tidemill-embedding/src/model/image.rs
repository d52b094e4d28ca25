//! An image as a model takes it.

use super::{Color, Description, Resize, ResizeFilter, RunError};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use tidemill_vision::Pixels;

/// Three planes of `height` by `width` numbers, scaled by mean and deviation.
pub(crate) fn planes(pixels: &Pixels, model: &Description) -> Result<Vec<f32>, RunError> {
    let (width, height) = inner_size(pixels, model);
    let resized = resized(pixels, width, height, model)?;
    let (across, down) = (model.width as usize, model.height as usize);
    let (left, top) = ((across - width as usize) / 2, (down - height as usize) / 2);
    // The mean colour is 0 behind the scaling.
    let mut planes = vec![0.0; 3 * across * down];
    for (plane, channel) in planes.chunks_exact_mut(across * down).zip(0..3) {
        let source = if model.color == Color::Rgb { channel } else { 2 - channel };
        let (mean, std) = (model.mean[channel], model.std[channel]);
        for (row, line) in resized.chunks_exact(3 * width as usize).enumerate() {
            let target = &mut plane[(top + row) * across + left..][..width as usize];
            for (value, pixel) in target.iter_mut().zip(line.chunks_exact(3)) {
                *value = (f32::from(pixel[source]) - mean) / std;
            }
        }
    }
    Ok(planes)
}

/// Size of the image inside of the model's shape.
fn inner_size(pixels: &Pixels, model: &Description) -> (u32, u32) {
    if model.resize != Resize::Letterbox {
        return (model.width, model.height);
    }
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let scale = (f64::from(model.width) / width).min(f64::from(model.height) / height);
    let side = |length: f64, most: u32| ((length * scale + 0.5).floor() as u32).clamp(1, most);
    (side(width, model.width), side(height, model.height))
}

fn resized(pixels: &Pixels, width: u32, height: u32, model: &Description) -> Result<Vec<u8>, RunError> {
    if (pixels.width(), pixels.height()) == (width, height) {
        return Ok(pixels.rgb().to_vec());
    }
    let filter = match model.filter {
        ResizeFilter::Triangle => FilterType::Bilinear,
        ResizeFilter::Cubic => FilterType::CatmullRom,
    };
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
    if model.resize == Resize::CenterCrop {
        options = options.fit_into_destination(None);
    }
    let failed = |error: &dyn std::fmt::Display| RunError::Failed(error.to_string());
    let source = ImageRef::new(pixels.width(), pixels.height(), pixels.rgb(), PixelType::U8x3);
    let source = source.map_err(|error| failed(&error))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    Ok(target.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(resize: Resize, color: Color) -> Description {
        Description {
            name: "n".into(),
            version: "1".into(),
            license: "MIT".into(),
            sha256: "0".repeat(64),
            input: "x".into(),
            output: "y".into(),
            width: 8,
            height: 8,
            resize,
            filter: ResizeFilter::Triangle,
            mean: [10.0, 20.0, 30.0],
            std: [1.0, 2.0, 3.0],
            color,
            calibration: None,
        }
    }

    /// 16 x 8: left quarter red, the middle green, right quarter blue.
    fn bands() -> Pixels {
        let row = (0..16).flat_map(|x| match x {
            0..4 => [255, 0, 0],
            4..12 => [0, 255, 0],
            _ => [0, 0, 255],
        });
        Pixels::new(16, 8, row.cycle().take(16 * 8 * 3).collect()).unwrap()
    }

    #[test]
    fn a_crop_keeps_the_middle_and_letters_keep_all() {
        let cropped = planes(&bands(), &model(Resize::CenterCrop, Color::Rgb)).unwrap();
        assert!(cropped[..64].iter().all(|red| *red == -10.0));
        assert!(cropped[64..128].iter().all(|green| *green == (255.0 - 20.0) / 2.0));
        let letters = planes(&bands(), &model(Resize::Letterbox, Color::Rgb)).unwrap();
        assert!(letters[..16].iter().all(|bar| *bar == 0.0) && letters[48..64].iter().all(|bar| *bar == 0.0));
        assert_eq!(letters[16], 245.0);
    }

    #[test]
    fn blue_first_swaps_the_planes_and_not_the_means() {
        let planes = planes(&bands(), &model(Resize::Stretch, Color::Bgr)).unwrap();
        assert_eq!((planes[7], planes[128]), (245.0, (255.0 - 30.0) / 3.0));
    }
}
