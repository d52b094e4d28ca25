//! One image after the other, compared with those kept so far.

use super::cells::Cells;
use crate::control::{Cancelled, Control};
use crate::matrix::{Tile, dot};
use crate::vectors::Vectors;
use rayon::prelude::*;
use tidemill_vision::seed::Draws;

/// Images that are compared with the kept ones together, and then among themselves.
const STEP: usize = 2048;
/// Of these, how many one thread takes.
const PART: usize = 256;
/// How far a fast product may be from the exact one.
const SLACK: f32 = 1e-4;

/// The most similar image among those kept before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) index: u32,
    pub(super) cosine: f32,
}

/// The images kept so far.
pub(super) enum Kept {
    /// Every one is looked at.
    All(Vec<u32>),
    /// Only those in nearby cells are.
    Cells(Cells),
}

impl Kept {
    pub(super) fn all() -> Self {
        Self::All(Vec::new())
    }

    pub(super) fn in_cells(
        vectors: &Vectors,
        rows: &[u32],
        draws: &mut Draws,
        control: &Control<'_>,
    ) -> Result<Self, Cancelled> {
        Cells::new(vectors, rows, draws, control).map(Self::Cells)
    }

    fn nearest(
        &self,
        vectors: &Vectors,
        rows: &[u32],
        control: &Control<'_>,
    ) -> Result<Vec<Option<Found>>, Cancelled> {
        let kept = match self {
            Self::All(kept) => kept,
            Self::Cells(cells) => return cells.nearest(vectors, rows, control),
        };
        let found = vectors.nearest(rows, vectors, kept, control)?;
        let by_index =
            |found: crate::matrix::Nearest| Found { index: kept[found.place], cosine: found.cosine };
        Ok(found.into_iter().map(|found| found.map(by_index)).collect())
    }

    fn push(&mut self, index: u32) {
        match self {
            Self::All(kept) => kept.push(index),
            Self::Cells(cells) => cells.push(index),
        }
    }
}

/// For each of `order` the most similar of those kept before it; those for which `is_duplicate` says no are kept.
pub(super) fn walk(
    vectors: &Vectors,
    order: &[u32],
    mut kept: Kept,
    is_duplicate: &(dyn Fn(f32) -> bool + Sync),
    control: &Control<'_>,
) -> Result<Vec<Option<Found>>, Cancelled> {
    let mut all = Vec::with_capacity(order.len());
    for step in order.chunks(STEP) {
        let mut found = kept.nearest(vectors, step, control)?;
        among(vectors, step, &mut found, is_duplicate);
        let stays = step
            .iter()
            .zip(&found)
            .filter(|(_, found)| !found.is_some_and(|found| is_duplicate(found.cosine)));
        stays.for_each(|(index, _)| kept.push(*index));
        all.append(&mut found);
        control.done(all.len(), order.len());
        control.check()?;
    }
    Ok(all)
}

/// Compares the images of one step among themselves, in their order.
fn among(
    vectors: &Vectors,
    step: &[u32],
    found: &mut [Option<Found>],
    is_duplicate: &(dyn Fn(f32) -> bool + Sync),
) {
    let whole = Tile::of(vectors, step);
    let near: Vec<Vec<(usize, f32)>> = step
        .par_chunks(PART)
        .enumerate()
        .flat_map_iter(|(part, rows)| {
            let first = part * PART;
            let products = Tile::of(vectors, rows).products(&whole);
            let before = |row: usize| {
                let earlier = products.row(row).to_vec();
                earlier.into_iter().take(first + row).enumerate().collect::<Vec<_>>()
            };
            (0..rows.len()).map(before).collect::<Vec<_>>()
        })
        .collect();
    let mut stays = vec![true; step.len()];
    for (row, near) in near.into_iter().enumerate() {
        let mut best = found[row];
        for (earlier, fast) in near {
            if !stays[earlier] || best.is_some_and(|best| fast + SLACK < best.cosine) {
                continue;
            }
            let cosine = dot(whole.row(row), whole.row(earlier));
            if best.is_none_or(|best| cosine > best.cosine) {
                best = Some(Found { index: step[earlier], cosine });
            }
        }
        stays[row] = !best.is_some_and(|best| is_duplicate(best.cosine));
        found[row] = best;
    }
}
