//! Sharpen: a pixel moves away from the mean of its neighbours.

use serde::{Deserialize, Serialize};

use super::filter::reflected;
use super::step::{Step, draw};
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::Table;
use crate::rounding::byte_f32;
use crate::seed::Draws;

pub(super) static TABLE: Table = Table { operator: "Sharpen", parameters: &[COPIES], ordered: &[] };

const ALPHA: (f64, f64) = (0.2, 0.5);

pub(super) struct Sharpen;

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The share of the kernel that has 9 in its middle and -1 around it; the rest is the image itself.
    pub alpha: f64,
}

impl Settings for Sharpen {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Sharpen(Drawn { alpha: draw(draws, ALPHA) })
    }
}

impl Step for Drawn {
    /// `(1 + 9 alpha) * pixel - alpha * (sum of the nine pixels around)`.
    fn apply(&self, image: Pixels) -> Pixels {
        let (centre, around) = ((1.0 + 9.0 * self.alpha) as f32, self.alpha as f32);
        let mut columns = vec![0; image.stride() + 6];
        let mut product = Pixels::black(image.width(), image.height());
        for (y, out) in product.rows_mut().enumerate() {
            sum_columns(&image, y, &mut columns);
            let sums = columns.iter().zip(&columns[3..]).zip(&columns[6..]);
            for ((out, pixel), ((left, middle), right)) in out.iter_mut().zip(image.row(y as u32)).zip(sums) {
                let sum = left + middle + right;
                *out = byte_f32(centre * f32::from(*pixel) - around * f32::from(sum));
            }
        }
        product
    }
}

/// The sums of three rows, with one reflected pixel on both ends.
fn sum_columns(image: &Pixels, y: usize, columns: &mut [u16]) {
    let row = |dy: i64| image.row(reflected(y as i64 + dy, image.height() as usize) as u32);
    let (above, here, below) = (row(-1), row(0), row(1));
    for (sum, ((above, here), below)) in columns[3..].iter_mut().zip(above.iter().zip(here).zip(below)) {
        *sum = u16::from(*above) + u16::from(*here) + u16::from(*below);
    }
    let width = image.width() as usize;
    let (left, right) = (reflected(-1, width) + 1, reflected(width as i64, width) + 1);
    columns.copy_within(3 * left..3 * left + 3, 0);
    columns.copy_within(3 * right..3 * right + 3, 3 * (width + 1));
}
