//! Small forms of a grey image.

use super::lanczos;
use crate::feature::Luma;
use fast_image_resize as fir;

/// The shorter side of what the small forms are made from, at least, if the image is that large.
const SIDE_MIN: u32 = 96;

/// An image reduced by averaging blocks of `factor` by `factor`; what follows costs little then, and hardly differs
/// from resizing the image itself.
pub(super) struct Shrunk {
    image: Vec<u8>,
    width: u32,
    height: u32,
    /// The size in blocks, not rounded up.
    across: f64,
    along: f64,
}

impl Shrunk {
    pub(super) fn of(luma: &Luma) -> Self {
        let factor = (luma.width().min(luma.height()) / SIDE_MIN).clamp(1, 256);
        let (width, height) = (luma.width().div_ceil(factor), luma.height().div_ceil(factor));
        let image = if factor == 1 {
            luma.values().to_vec()
        } else {
            pulp::Arch::new().dispatch(Averages { luma, factor: factor as usize })
        };
        let across = f64::from(luma.width()) / f64::from(factor);
        Self { image, width, height, across, along: f64::from(luma.height()) / f64::from(factor) }
    }
}

/// The averages, compiled for each instruction set that a processor may have.
struct Averages<'a> {
    luma: &'a Luma,
    factor: usize,
}

impl pulp::WithSimd for Averages<'_> {
    type Output = Vec<u8>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        averages(self.luma, self.factor)
    }
}

/// The rounded mean of each block; blocks at the right and the bottom may be smaller.
#[inline(always)]
fn averages(luma: &Luma, factor: usize) -> Vec<u8> {
    let width = luma.width() as usize;
    let across = width.div_ceil(factor);
    let mut means = vec![0; across * (luma.height() as usize).div_ceil(factor)];
    // 256 rows of bytes fit into 16 bits.
    let mut columns = vec![0u16; width];
    for (rows, means) in luma.values().chunks(width * factor).zip(means.chunks_mut(across)) {
        columns.fill(0);
        for row in rows.chunks_exact(width) {
            columns.iter_mut().zip(row).for_each(|(column, &value)| *column += u16::from(value));
        }
        let height = rows.len() / width;
        let whole = Mean::of(height * factor);
        for (mean, block) in means.iter_mut().zip(columns.chunks(factor)) {
            let sum: u32 = block.iter().map(|&column| u32::from(column)).sum();
            *mean = if block.len() == factor { whole } else { Mean::of(height * block.len()) }.from(sum);
        }
    }
    means
}

/// Divides by a number of pixels, rounded.
#[derive(Clone, Copy)]
struct Mean {
    half: u32,
    inverse: f64,
}

impl Mean {
    #[inline(always)]
    fn of(count: usize) -> Self {
        Self { half: count as u32 / 2, inverse: 1.0 / count as f64 }
    }

    /// Between whole numbers by at least half a share, so that the last digit of the inverse does not matter.
    #[inline(always)]
    fn from(self, sum: u32) -> u8 {
        ((f64::from(sum + self.half) + 0.5) * self.inverse) as u8
    }
}

/// Resizes with Lanczos' filter of three lobes, as ImageHash does.
pub(super) struct Resizer {
    resizer: fir::Resizer,
    filter: fir::FilterType,
}

impl Resizer {
    pub(super) fn new() -> Self {
        // The library's own filter is taken only if it refused this one, which it does not.
        let filter = fir::Filter::new("lanczos", lanczos::window, lanczos::SUPPORT);
        let filter = filter.map_or(fir::FilterType::Lanczos3, fir::FilterType::Custom);
        Self { resizer: fir::Resizer::new(), filter }
    }

    /// `width * height` grey values.
    pub(super) fn resize(&mut self, shrunk: &Shrunk, width: usize, height: usize) -> Vec<u8> {
        let mut small = fir::images::Image::new(width as u32, height as u32, fir::PixelType::U8);
        let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(self.filter)).crop(
            0.0,
            0.0,
            shrunk.across,
            shrunk.along,
        );
        // It fails only if the bytes do not fit the sides, which they do by construction; then the form is black.
        if let Ok(image) =
            fir::images::ImageRef::new(shrunk.width, shrunk.height, &shrunk.image, fir::PixelType::U8)
        {
            let _ = self.resizer.resize(&image, &mut small, &options);
        }
        small.into_vec()
    }
}
