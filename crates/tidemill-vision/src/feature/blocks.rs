//! The small grey image that hashes are made from.

/// Either side of it, at least, if the image is that large.
const SIDE_MIN: u32 = 60;
/// Sides of blocks are powers of two up to this: 256 rows of bytes fit into 16 bits.
const FACTOR_MAX: u32 = 256;

/// BT.601 luma reduced by averaging blocks of pixels; what follows costs little then, and hardly differs from resizing
/// the image itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    /// The rounded mean of each block, row by row; blocks at the right and the bottom may be smaller.
    pub(crate) means: Vec<u8>,
    /// Blocks in a row.
    pub(crate) width: u32,
    /// The size of the image in blocks, not rounded up.
    pub(crate) across: f64,
    pub(crate) along: f64,
}

/// Blocks while rows are added.
pub(super) struct BlockSums {
    width: usize,
    /// Columns and rows of a block.
    factors: (usize, usize),
    means: Vec<u8>,
    /// The sums of the columns of the rows of a block that were added; what the last block lacks stays 0.
    columns: Vec<u16>,
    rows: usize,
    sums: (Vec<u32>, Vec<u32>),
}

impl BlockSums {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let factors = (factor(width), factor(height));
        let across = width.div_ceil(factors.0) as usize;
        let columns = across * factors.0 as usize;
        Self {
            width: width as usize,
            factors: (factors.0 as usize, factors.1 as usize),
            means: Vec::with_capacity(across * height.div_ceil(factors.1) as usize),
            columns: vec![0; columns],
            rows: 0,
            sums: (vec![0; columns], vec![0; columns]),
        }
    }

    /// Adds the next row of luma.
    #[inline(always)]
    pub(super) fn add_row(&mut self, luma: &[u8]) {
        if self.rows == 0 {
            self.columns.iter_mut().zip(luma).for_each(|(column, &value)| *column = u16::from(value));
        } else {
            self.columns.iter_mut().zip(luma).for_each(|(column, &value)| *column += u16::from(value));
        }
        self.rows += 1;
        if self.rows == self.factors.1 {
            self.end_row();
        }
    }

    /// Ends a row of blocks.
    #[inline(always)]
    fn end_row(&mut self) {
        let ((factor, whole), rows) = (self.factors, std::mem::take(&mut self.rows));
        let across = self.columns.len() / factor;
        let sums = sums_of_blocks(&self.columns, across, &mut self.sums);
        let first = self.means.len();
        if rows == whole {
            let (half, shift) = ((factor * whole / 2) as u32, (factor * whole).trailing_zeros());
            self.means.extend(sums.iter().map(|sum| ((sum + half) >> shift) as u8));
        } else {
            self.means.extend(sums.iter().map(|&sum| rounded_mean(sum, rows * factor)));
        }
        let last = (self.width - 1) % factor + 1;
        self.means[first + across - 1] = rounded_mean(sums[across - 1], rows * last);
    }

    /// All blocks.
    #[inline(always)]
    pub(super) fn finish(mut self, height: u32) -> Blocks {
        if self.rows > 0 {
            self.end_row();
        }
        let (across, along) = self.factors;
        Blocks {
            means: self.means,
            width: (self.columns.len() / across) as u32,
            across: self.width as f64 / across as f64,
            along: f64::from(height) / along as f64,
        }
    }
}

/// Pixels on the side of a block, for a side of the image: so even the longest and thinnest have few blocks.
fn factor(side: u32) -> u32 {
    1 << (side / SIDE_MIN).clamp(1, FACTOR_MAX).ilog2()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The rounded means of blocks, each counted for itself.
    fn by_definition(luma: &[Vec<u8>], across: usize, along: usize) -> Vec<u8> {
        let mut means = Vec::new();
        for rows in luma.chunks(along) {
            for left in (0..luma[0].len()).step_by(across) {
                let block: Vec<u32> = rows
                    .iter()
                    .flat_map(|row| row[left..].iter().take(across).map(|&value| u32::from(value)))
                    .collect();
                let count = block.len() as u32;
                means.push(((block.iter().sum::<u32>() + count / 2) / count) as u8);
            }
        }
        means
    }

    #[test]
    fn blocks_are_means_also_at_the_edges() {
        let sizes = [
            (1, 1),
            (59, 700),
            (120, 119),
            (123, 241),
            (700, 1),
            (1, 700),
            (255, 961),
            (479, 480),
            (31_000, 3),
        ];
        for (width, height) in sizes {
            let value = |x: usize, y: usize| {
                (x * x * 31 + y * 17 + x * y) as u8 | if y.is_multiple_of(3) { 0xf0 } else { 0 }
            };
            let luma: Vec<Vec<u8>> = (0..height).map(|y| (0..width).map(|x| value(x, y)).collect()).collect();
            let mut sums = BlockSums::new(width as u32, height as u32);
            luma.iter().for_each(|row| sums.add_row(row));
            let found = sums.finish(height as u32);
            let (across, along) = (factor(width as u32) as usize, factor(height as u32) as usize);
            assert_eq!(found.width as usize, width.div_ceil(across), "{width} x {height}");
            assert_eq!(
                (found.across * across as f64, found.along * along as f64),
                (width as f64, height as f64)
            );
            assert_eq!(found.means, by_definition(&luma, across, along), "{width} x {height}");
        }
    }

    #[test]
    fn the_brightest_blocks_do_not_overflow() {
        let (width, height) = (256 * 64, 256 * 64);
        let mut sums = BlockSums::new(width, height);
        (0..512).for_each(|_| sums.add_row(&vec![255; width as usize]));
        assert!(sums.finish(512).means.iter().all(|&mean| mean == 255));
    }
}
