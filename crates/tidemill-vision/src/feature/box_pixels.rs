//! Metrics 13 and 14: brightness and sharpness of the crops of boxes.

use super::blur::{self, Laplacians};
use super::luma::Luma;
use super::sweep::reflected;
use crate::Rect;

/// A crop in whole pixels, half open, and its sums.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crop {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    luma: u64,
    laplacians: Laplacians,
}

impl Crop {
    /// The pixels a box touches. It lies inside of the image.
    fn of(rect: &Rect, luma: &Luma) -> Self {
        let (width, height) = (luma.width() as usize, luma.height() as usize);
        let (left, top) = (rect.xmin.floor() as usize, rect.ymin.floor() as usize);
        let (right, bottom) =
            ((rect.xmax.ceil() as usize).min(width), (rect.ymax.ceil() as usize).min(height));
        Self { left, top, right, bottom, luma: 0, laplacians: Laplacians::default() }
    }

    fn pixels(&self) -> u64 {
        (self.right - self.left) as u64 * (self.bottom - self.top) as u64
    }

    /// Metric 13.
    pub(super) fn brightness(&self) -> f64 {
        self.luma as f64 / self.pixels() as f64
    }

    /// Metric 14.
    pub(super) fn blur_score(&self) -> f64 {
        self.laplacians.blur_score(self.pixels())
    }

    fn has_row(&self, y: usize) -> bool {
        self.top <= y && y < self.bottom
    }

    /// Adds row `y`: what lies inside from the sums along the row, the border pixel by pixel.
    fn add_row(&mut self, luma: &Luma, sums: &RowSums, y: usize) {
        self.luma += sums.luma[self.right] - sums.luma[self.left];
        let (first, last) = (self.left, self.right - 1);
        if y == self.top || y + 1 == self.bottom || last - first < 2 {
            (first..=last).for_each(|x| self.laplacians.add(self.laplacian(luma, x, y)));
            return;
        }
        self.laplacians.add(self.laplacian(luma, first, y));
        self.laplacians.add(self.laplacian(luma, last, y));
        let (until, from) = (sums.laplacians[last], sums.laplacians[first + 1]);
        self.laplacians.sum += until.sum - from.sum;
        self.laplacians.squares += until.squares - from.squares;
    }

    /// Of one pixel, mirrored at the borders of the crop.
    fn laplacian(&self, luma: &Luma, x: usize, y: usize) -> i16 {
        let column =
            |offset: i64| self.left + reflected((x - self.left) as i64 + offset, self.right - self.left);
        let line = |offset: i64| self.top + reflected((y - self.top) as i64 + offset, self.bottom - self.top);
        let row = luma.row(y);
        let (above, below) = (luma.row(line(-1))[x], luma.row(line(1))[x]);
        blur::at(above, below, row[column(-1)], row[column(1)], row[x])
    }
}

/// Sums along a row: element `x` is of all pixels left of `x`.
struct RowSums {
    luma: Vec<u64>,
    laplacians: Vec<Laplacians>,
}

impl RowSums {
    fn new(width: usize) -> Self {
        Self { luma: vec![0; width + 1], laplacians: vec![Laplacians::default(); width + 1] }
    }

    fn fill(&mut self, luma: &Luma, y: usize) {
        let (width, height) = (luma.width() as usize, luma.height() as usize);
        let (above, row) = (luma.row(reflected(y as i64 - 1, height)), luma.row(y));
        let below = luma.row(reflected(y as i64 + 1, height));
        let (mut sum, mut laplacians) = (0, Laplacians::default());
        for x in 0..width {
            sum += u64::from(row[x]);
            // Nobody asks for the first and the last column: there a crop has its border.
            let (left, right) = (row[x.saturating_sub(1)], row[(x + 1).min(width - 1)]);
            laplacians.add(blur::at(above[x], below[x], left, right, row[x]));
            self.luma[x + 1] = sum;
            self.laplacians[x + 1] = laplacians;
        }
    }
}

/// The crops of boxes that lie inside of the image, in their order. Proportional to the rows that boxes touch and
/// to the boxes' own heights and widths, however much they overlap.
pub(super) fn measure(luma: &Luma, boxes: &[Rect]) -> Vec<Crop> {
    let mut crops: Vec<Crop> = boxes.iter().map(|rect| Crop::of(rect, luma)).collect();
    let mut sums = RowSums::new(luma.width() as usize);
    for y in 0..luma.height() as usize {
        if crops.iter().any(|crop| crop.has_row(y)) {
            sums.fill(luma, y);
            crops.iter_mut().filter(|crop| crop.has_row(y)).for_each(|crop| crop.add_row(luma, &sums, y));
        }
    }
    crops
}
