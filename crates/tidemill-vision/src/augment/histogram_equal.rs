//! HistogramEqual: every luma becomes about as frequent as every other.
//!
//! The colour differences of YCrCb stay, so a channel changes by as much as the luma does.

use serde::{Deserialize, Serialize};

use super::grayscale::luma;
use super::step::Step;
use super::{COPIES, Settings};
use crate::Pixels;
use crate::parameters::Table;
use crate::rounding::byte;
use crate::seed::Draws;

pub(super) static TABLE: Table = Table { operator: "HistogramEqual", parameters: &[COPIES], ordered: &[] };

pub(super) struct HistogramEqual;

/// Nothing is random here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {}

impl Settings for HistogramEqual {
    fn draw(&self, _: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::HistogramEqual(Drawn {})
    }
}

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        let changes = changes(&counts(&image));
        for pixel in image.rgb_mut().as_chunks_mut::<3>().0 {
            let change = changes[usize::from(luma(*pixel))];
            *pixel = pixel.map(|channel| (i16::from(channel) + change).clamp(0, 255) as u8);
        }
        image
    }
}

fn counts(image: &Pixels) -> [u64; 256] {
    let mut counts = [0; 256];
    for pixel in image.rgb().as_chunks::<3>().0 {
        counts[usize::from(luma(*pixel))] += 1;
    }
    counts
}

/// By how much each luma changes. The darkest one there is becomes 0; a single one stays.
fn changes(counts: &[u64; 256]) -> [i16; 256] {
    let first = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let others: u64 = counts.iter().skip(first + 1).sum();
    let mut changes = [0; 256];
    if others == 0 {
        return changes;
    }
    let mut below = 0;
    for (luma, count) in counts.iter().enumerate().skip(first) {
        below += if luma == first { 0 } else { *count };
        changes[luma] = i16::from(byte(below as f64 * 255.0 / others as f64)) - luma as i16;
    }
    changes
}
