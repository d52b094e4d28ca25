//! Histograms of gradients: where the edges of an image are.
//!
//! After Dalal and Triggs: gradients of a small grey image, a histogram of their directions for each cell, normalised
//! over blocks of neighbouring cells.

use crate::model::RunError;
use crate::vector::Vector;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use tidemill_vision::Pixels;

/// Name of the level, raised with every change of its numbers.
pub(crate) const NAME: &str = "hog 64x64/8/16/2 v1";

const SIDE: usize = 64;
const DIRECTIONS: usize = 8;
const CELL: usize = 16;
const CELLS: usize = SIDE / CELL;
const BLOCK: usize = 2;
const BLOCKS: usize = CELLS - BLOCK + 1;
/// Largest part of a block that one direction may have (Lowe's clipping).
const CLIPPED: f64 = 0.2;
const EPSILON: f64 = 1e-5;

type Cells = [[[f64; DIRECTIONS]; CELLS]; CELLS];

/// The vector of an image: 3 x 3 blocks of 2 x 2 cells with 8 directions.
pub(crate) fn embed(pixels: &Pixels) -> Result<Vector, RunError> {
    let numbers: Vec<f32> = features(&small_grey(pixels)?).iter().map(|number| *number as f32).collect();
    Vector::normalised(&numbers).ok_or(RunError::NotFinite)
}

fn small_grey(pixels: &Pixels) -> Result<Vec<u8>, RunError> {
    let grey = pixels.rgb().chunks_exact(3).map(|rgb| {
        let luma = 9798 * u32::from(rgb[0]) + 19235 * u32::from(rgb[1]) + 3735 * u32::from(rgb[2]);
        ((luma + 16384) >> 15) as u8
    });
    let grey: Vec<u8> = grey.collect();
    let failed = |error: &dyn std::fmt::Display| RunError::Failed(error.to_string());
    let source = ImageRef::new(pixels.width(), pixels.height(), &grey, PixelType::U8);
    let source = source.map_err(|error| failed(&error))?;
    let mut target = Image::new(SIDE as u32, SIDE as u32, PixelType::U8);
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    Ok(target.into_vec())
}

/// Normalised histograms of a grey image of [`SIDE`] by [`SIDE`].
fn features(grey: &[u8]) -> Vec<f64> {
    let cells = histograms(grey);
    let mut features = Vec::with_capacity(BLOCKS * BLOCKS * BLOCK * BLOCK * DIRECTIONS);
    for top in 0..BLOCKS {
        for left in 0..BLOCKS {
            let rows = cells[top..][..BLOCK].iter();
            let block: Vec<f64> = rows.flat_map(|row| row[left..][..BLOCK].as_flattened()).copied().collect();
            features.extend(clipped(&block));
        }
    }
    features
}

fn clipped(block: &[f64]) -> Vec<f64> {
    let scaled = |values: &[f64]| {
        let length = (values.iter().map(|value| value * value).sum::<f64>() + EPSILON * EPSILON).sqrt();
        values.iter().map(|value| value / length).collect::<Vec<_>>()
    };
    let cut: Vec<f64> = scaled(block).iter().map(|value| value.min(CLIPPED)).collect();
    scaled(&cut)
}

/// Mean strength of the gradients of each cell by direction.
fn histograms(grey: &[u8]) -> Cells {
    let mut cells = [[[0.0; DIRECTIONS]; CELLS]; CELLS];
    let at = |x: usize, y: usize| f64::from(grey[y * SIDE + x]);
    for y in 0..SIDE {
        for x in 0..SIDE {
            // Central differences; none across the border.
            let dx = if (1..SIDE - 1).contains(&x) { at(x + 1, y) - at(x - 1, y) } else { 0.0 };
            let dy = if (1..SIDE - 1).contains(&y) { at(x, y + 1) - at(x, y - 1) } else { 0.0 };
            cells[y / CELL][x / CELL][direction(dx, dy)] += libm::sqrt(dx * dx + dy * dy);
        }
    }
    cells.as_flattened_mut().as_flattened_mut().iter_mut().for_each(|sum| *sum /= (CELL * CELL) as f64);
    cells
}

/// The direction of a gradient without its sign, in equal parts of 180 degrees.
fn direction(dx: f64, dy: f64) -> usize {
    let degrees = libm::atan2(dy, dx).to_degrees();
    let folded = if degrees < 0.0 { degrees + 180.0 } else { degrees };
    let part = (folded / (180.0 / DIRECTIONS as f64)) as usize;
    part % DIRECTIONS
}
