//! The one pass over an image.

use super::blocks::BlockSums;
use super::blur::{Laplacians, Row};
use super::colorfulness::Opponents;
use super::row::{Channels, SPAN};
use super::{Blocks, ImageFeatures, brightness, saturation};
use crate::Pixels;

/// The metrics of an image, and the blocks that its hashes are made from.
pub fn image_features(pixels: &Pixels) -> (ImageFeatures, Blocks) {
    let (sums, blocks) = pulp::Arch::new().dispatch(Sweep(pixels));
    let count = u64::from(pixels.width()) * u64::from(pixels.height());
    let features = ImageFeatures {
        resolution: count as f64,
        aspect_ratio: f64::from(pixels.height()) / f64::from(pixels.width()),
        brightness: sums.luma as f64 / count as f64,
        saturation: saturation::mean(sums.saturation, count),
        blur_score: sums.laplacians.blur_score(count),
        colorfulness: sums.opponents.colorfulness(count),
    };
    (features, blocks)
}

/// The sweep, compiled for each instruction set that a processor may have. What it calls is inlined for that.
struct Sweep<'a>(&'a Pixels);

impl pulp::WithSimd for Sweep<'_> {
    type Output = (Sums, Blocks);

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

/// Row by row, the Laplacian one row behind the luma it needs. Of the luma, only three rows are kept: the caches are
/// for the pixels.
#[inline(always)]
fn sweep(pixels: &Pixels) -> (Sums, Blocks) {
    let mut sums = Sums::default();
    let mut blocks = BlockSums::new(pixels.width(), pixels.height());
    let mut channels = Channels::new();
    let mut rows = [(); 3].map(|()| Row { luma: vec![0; pixels.width() as usize], sum: 0 });
    for (y, rgb) in pixels.rows().enumerate() {
        rows.rotate_left(1);
        let [before, above, row] = &mut rows;
        for (rgb, luma) in rgb.chunks(SPAN * 3).zip(row.luma.chunks_mut(SPAN)) {
            channels.split(rgb);
            let span = channels.slices();
            brightness::luma(span, luma);
            sums.saturation += saturation::sum(span);
            sums.opponents.add(span);
        }
        let sum = brightness::sum(&row.luma);
        sums.luma += sum;
        row.sum = sum as i64;
        blocks.add_row(&row.luma);
        match y {
            0 => {}
            1 => sums.laplacians.add_row(row, above, row),
            _ => sums.laplacians.add_row(before, above, row),
        }
    }
    let [_, above, row] = &rows;
    let above = if pixels.height() > 1 { above } else { row };
    sums.laplacians.add_row(above, row, above);
    (sums, blocks.finish(pixels.height()))
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
