//! Small forms of a grey image.

use super::lanczos;
use crate::feature::Luma;
use fast_image_resize as fir;

/// The shorter side of what the small forms are made from, at least, if the image is that large.
const SIDE_MIN: u32 = 96;
/// Sides of blocks are powers of two up to this: 256 rows of bytes fit into 16 bits.
const FACTOR_MAX: u32 = 256;

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
        let most = (luma.width().min(luma.height()) / SIDE_MIN).clamp(1, FACTOR_MAX);
        let factor = 1 << most.ilog2();
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
    let (across, last) = (width.div_ceil(factor), (width - 1) % factor + 1);
    let mut means = vec![0; across * (luma.height() as usize).div_ceil(factor)];
    // What the last block lacks stays 0.
    let mut columns = vec![0u16; across * factor];
    let mut sums = (vec![0u32; columns.len()], vec![0u32; columns.len()]);
    for (rows, means) in luma.values().chunks(width * factor).zip(means.chunks_mut(across)) {
        columns.fill(0);
        for row in rows.chunks_exact(width) {
            columns.iter_mut().zip(row).for_each(|(column, &value)| *column += u16::from(value));
        }
        let sums = sums_of_blocks(&columns, across, &mut sums);
        let height = rows.len() / width;
        if height == factor {
            let (half, shift) = ((factor * factor / 2) as u32, 2 * factor.trailing_zeros());
            means.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = ((sum + half) >> shift) as u8);
        } else {
            means.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = rounded_mean(*sum, height * factor));
        }
        if let (Some(mean), Some(sum)) = (means.last_mut(), sums.last()) {
            *mean = rounded_mean(*sum, height * last);
        }
    }
    means
}

/// The sums of `across` blocks of columns, each a power of two of them: neighbours are added until that many are left.
#[inline(always)]
fn sums_of_blocks<'s>(columns: &[u16], across: usize, sums: &'s mut (Vec<u32>, Vec<u32>)) -> &'s [u32] {
    let (from, to) = sums;
    from.iter_mut().zip(columns).for_each(|(sum, &column)| *sum = u32::from(column));
    let mut length = columns.len();
    while length > across {
        let (pairs, _) = from[..length].as_chunks::<2>();
        to.iter_mut().zip(pairs).for_each(|(sum, [left, right])| *sum = left + right);
        std::mem::swap(from, to);
        length /= 2;
    }
    &from[..across]
}

fn rounded_mean(sum: u32, count: usize) -> u8 {
    ((sum + count as u32 / 2) / count as u32) as u8
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
