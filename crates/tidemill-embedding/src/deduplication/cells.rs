//! Kept images by the part of space they are in, so that an image is compared with nearby ones only.

use super::walk::Found;
use crate::clusters::spherical_k_means;
use crate::control::{Cancelled, Control};
use crate::matrix::dot;
use crate::vectors::Vectors;
use rayon::prelude::*;
use tidemill_vision::seed::Draws;

/// Cells an image is looked for in.
const PROBES: usize = 16;
/// Images for each cell that its centre is found from.
const SAMPLES_PER_CELL: usize = 64;

/// Kept images by cell, each with its place in the order of keeping.
pub(super) struct Cells {
    centres: Vectors,
    kept: Vec<Vec<u32>>,
    /// The cells nearest to each image, nearest first; empty if it was not asked for.
    probed: Vec<Vec<u32>>,
    places: Vec<u32>,
    count: u32,
}

impl Cells {
    /// As many cells as the square root of the number of `rows`, without any kept image.
    pub(super) fn new(
        vectors: &Vectors,
        rows: &[u32],
        draws: &mut Draws,
        control: &Control<'_>,
    ) -> Result<Self, Cancelled> {
        let cells = rows.len().isqrt().max(1);
        let every = (rows.len() / (cells * SAMPLES_PER_CELL)).max(1);
        let some: Vec<u32> = rows.iter().copied().step_by(every).collect();
        let centres = spherical_k_means(vectors, &some, cells, draws, control)?.centres;
        let wide: Vec<Vec<f32>> = centres.indices().iter().map(|centre| centres.wide(*centre)).collect();
        let probes = |row: &u32| {
            control.check()?;
            Ok((*row, nearest_cells(&vectors.wide(*row), &wide)))
        };
        let found: Vec<(u32, Vec<u32>)> = rows.par_iter().map(probes).collect::<Result<_, _>>()?;
        let mut probed = vec![Vec::new(); vectors.len()];
        found.into_iter().for_each(|(row, cells)| probed[row as usize] = cells);
        let kept = vec![Vec::new(); centres.len()];
        Ok(Self { centres, kept, probed, places: vec![0; vectors.len()], count: 0 })
    }

    /// Adds a kept image.
    pub(super) fn push(&mut self, index: u32) {
        if let Some(cell) = self.probed[index as usize].first() {
            self.kept[*cell as usize].push(index);
            self.places[index as usize] = self.count;
            self.count += 1;
        }
    }

    /// The nearest kept image in the cells around each row.
    pub(super) fn nearest(
        &self,
        vectors: &Vectors,
        rows: &[u32],
        control: &Control<'_>,
    ) -> Result<Vec<Option<Found>>, Cancelled> {
        let mut visitors = vec![Vec::new(); self.centres.len()];
        for (position, row) in rows.iter().enumerate() {
            self.probed[*row as usize].iter().for_each(|cell| visitors[*cell as usize].push(position));
        }
        let in_cell = |(visitors, kept): (&Vec<usize>, &Vec<u32>)| {
            let visiting: Vec<u32> = visitors.iter().map(|position| rows[*position]).collect();
            vectors.nearest(&visiting, vectors, kept, control)
        };
        let by_cell: Vec<_> = visitors.par_iter().zip(&self.kept).map(in_cell).collect::<Result<_, _>>()?;
        let mut best: Vec<Option<Found>> = vec![None; rows.len()];
        for ((visitors, kept), found) in visitors.iter().zip(&self.kept).zip(by_cell) {
            for (position, found) in visitors.iter().zip(found) {
                let Some(found) = found else { continue };
                let found = Found { index: kept[found.place], cosine: found.cosine };
                if best[*position].is_none_or(|best| self.is_before(found, best)) {
                    best[*position] = Some(found);
                }
            }
        }
        Ok(best)
    }

    /// Nearer, or as near and kept earlier.
    fn is_before(&self, one: Found, other: Found) -> bool {
        let place = |found: Found| self.places[found.index as usize];
        one.cosine > other.cosine || (one.cosine == other.cosine && place(one) < place(other))
    }
}

fn nearest_cells(vector: &[f32], centres: &[Vec<f32>]) -> Vec<u32> {
    let mut cells: Vec<(f32, u32)> =
        centres.iter().enumerate().map(|(cell, centre)| (dot(vector, centre), cell as u32)).collect();
    cells.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    cells.into_iter().take(PROBES).map(|(_, cell)| cell).collect()
}
