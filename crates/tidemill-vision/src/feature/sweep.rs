//! The one pass over an image.

use super::blur::{Laplacians, Row};
use super::colorfulness::Opponents;
use super::row::{Channels, SPAN};
use super::{ImageFeatures, Luma, brightness, saturation};
use crate::Pixels;

/// The metrics of an image, and its luma for what follows.
pub fn image_features(pixels: &Pixels) -> (ImageFeatures, Luma) {
    let (sums, luma) = pulp::Arch::new().dispatch(Sweep(pixels));
    let count = u64::from(pixels.width()) * u64::from(pixels.height());
    let features = ImageFeatures {
        resolution: count as f64,
        aspect_ratio: f64::from(pixels.height()) / f64::from(pixels.width()),
        brightness: sums.luma as f64 / count as f64,
        saturation: saturation::mean(sums.saturation, count),
        blur_score: sums.laplacians.blur_score(count),
        colorfulness: sums.opponents.colorfulness(count),
    };
    (features, Luma::new(pixels.width(), pixels.height(), luma))
}

/// The sweep, compiled for each instruction set that a processor may have. What it calls is inlined for that.
struct Sweep<'a>(&'a Pixels);

impl pulp::WithSimd for Sweep<'_> {
    type Output = (Sums, Vec<u8>);

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        sweep(self.0)
    }
}

#[derive(Default)]
struct Sums {
    luma: u64,
    saturation: u64,
    opponents: Opponents,
    laplacians: Laplacians,
}

/// Row by row, the Laplacian one row behind the luma it needs.
#[inline(always)]
fn sweep(pixels: &Pixels) -> (Sums, Vec<u8>) {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut luma = Vec::with_capacity(width * height);
    let mut row_sums = Vec::with_capacity(height);
    let mut sums = Sums::default();
    let mut channels = Channels::new();
    for (y, rgb) in pixels.rows().enumerate() {
        for rgb in rgb.chunks(SPAN * 3) {
            channels.split(rgb);
            let span = channels.slices();
            brightness::luma(span, &mut luma);
            sums.saturation += saturation::sum(span);
            sums.opponents.add(span);
        }
        let row_sum = brightness::sum(&luma[y * width..]);
        sums.luma += row_sum;
        row_sums.push(row_sum as i64);
        if y > 0 {
            add_laplacians(&mut sums.laplacians, &luma, &row_sums, width, height, y - 1);
        }
    }
    add_laplacians(&mut sums.laplacians, &luma, &row_sums, width, height, height - 1);
    (sums, luma)
}

/// Row `y` of an image whose luma is there up to the row after it.
#[inline(always)]
fn add_laplacians(
    laplacians: &mut Laplacians,
    luma: &[u8],
    sums: &[i64],
    width: usize,
    height: usize,
    y: usize,
) {
    let row = |y: usize| Row { luma: &luma[y * width..][..width], sum: sums[y] };
    let (above, below) = (reflected(y as i64 - 1, height), reflected(y as i64 + 1, height));
    laplacians.add_row(row(above), row(y), row(below));
}

/// An index one outside of `0..length`, mirrored at the first or last one.
#[inline(always)]
pub(super) fn reflected(index: i64, length: usize) -> usize {
    let last = length as i64 - 1;
    let inside = if index < 0 {
        -index
    } else if index > last {
        2 * last - index
    } else {
        index
    };
    inside.clamp(0, last) as usize
}
