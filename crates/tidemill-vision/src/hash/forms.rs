//! Small forms of a grey image, by Lanczos' filter as ImageHash makes them.

use super::lanczos::Weights;
use crate::feature::Blocks;

/// Grey values, row by row, for each of some widths and heights.
pub(super) fn of<const N: usize>(blocks: &Blocks, sizes: [(usize, usize); N]) -> [Vec<u8>; N] {
    pulp::Arch::new().dispatch(Forms { blocks, sizes })
}

/// The resizing, compiled for each instruction set that a processor may have.
struct Forms<'a, const N: usize> {
    blocks: &'a Blocks,
    sizes: [(usize, usize); N],
}

impl<const N: usize> pulp::WithSimd for Forms<'_, N> {
    type Output = [Vec<u8>; N];

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let blocks = self.blocks;
        let rows = Rows::of(&blocks.means, blocks.width as usize);
        let mut forms = [(); N].map(|()| Vec::new());
        // A loop: what is in a closure would be compiled for the oldest processor.
        for (form, (width, height)) in forms.iter_mut().zip(self.sizes) {
            let columns = rows.resized(&Weights::new(blocks.along, height));
            *form = columns.resized(&Weights::new(blocks.across, width)).rounded();
        }
        forms
    }
}

/// So many columns are worked on at once.
const LANES: usize = 32;

/// Rows of grey values, 0 to 255, each with zeros up to a multiple of [`LANES`].
struct Rows {
    values: Vec<[f32; LANES]>,
    length: usize,
}

impl Rows {
    fn black(count: usize, length: usize) -> Self {
        Self { values: vec![[0.0; LANES]; count * length.div_ceil(LANES)], length }
    }

    /// So many times [`LANES`] columns are a row.
    fn across(&self) -> usize {
        self.length.div_ceil(LANES)
    }

    #[inline(always)]
    fn of(values: &[u8], length: usize) -> Self {
        let mut rows = Self::black(values.len() / length, length);
        let across = rows.across();
        for (row, values) in rows.values.chunks_exact_mut(across).zip(values.chunks_exact(length)) {
            row.as_flattened_mut().iter_mut().zip(values).for_each(|(to, &from)| *to = f32::from(from));
        }
        rows
    }

    /// Fewer or more rows, as columns: done twice, rows are rows again.
    #[inline(always)]
    fn resized(&self, weights: &Weights) -> Self {
        let across = self.across();
        let mut columns = Self::black(self.length, weights.places().len());
        let stride = columns.across() * LANES;
        let out = columns.values.as_flattened_mut();
        for (place, (first, parts)) in weights.places().enumerate() {
            for lanes in 0..across {
                let rows = self.values[first * across + lanes..].iter().step_by(across);
                let mut sums = [0.0; LANES];
                for (row, &part) in rows.zip(parts) {
                    for lane in 0..LANES {
                        sums[lane] += row[lane] * part;
                    }
                }
                let places = out[lanes * LANES * stride..].iter_mut().skip(place).step_by(stride);
                places.zip(sums).for_each(|(place, sum)| *place = sum);
            }
        }
        columns
    }

    /// All values, row by row.
    fn rounded(&self) -> Vec<u8> {
        let rows = self.values.chunks_exact(self.across());
        rows.flat_map(|row| row.as_flattened()[..self.length].iter().map(|value| (value + 0.5) as u8))
            .collect()
    }
}
