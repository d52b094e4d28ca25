//! The grey image that the brightness and sharpness of boxes are made from.

use super::brightness;
use super::row::{Channels, SPAN};
use crate::Pixels;

/// BT.601 luma, one byte a pixel, row by row.
pub(super) struct Luma {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Luma {
    /// Of an image.
    pub(super) fn of(pixels: &Pixels) -> Self {
        let values = pulp::Arch::new().dispatch(AllLuma(pixels));
        Self { width: pixels.width(), height: pixels.height(), values }
    }

    /// Columns.
    pub(super) fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub(super) fn height(&self) -> u32 {
        self.height
    }

    /// Row `y`, which has to exist.
    pub(super) fn row(&self, y: usize) -> &[u8] {
        let width = self.width as usize;
        &self.values[y * width..][..width]
    }
}

/// The luma of all pixels, compiled for each instruction set that a processor may have.
struct AllLuma<'a>(&'a Pixels);

impl pulp::WithSimd for AllLuma<'_> {
    type Output = Vec<u8>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let rgb = self.0.rgb();
        let mut values = vec![0; rgb.len() / 3];
        let mut channels = Channels::new();
        for (rgb, values) in rgb.chunks(SPAN * 3).zip(values.chunks_mut(SPAN)) {
            channels.split(rgb);
            brightness::luma(channels.slices(), values);
        }
        values
    }
}
