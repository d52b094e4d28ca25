//! Many vectors of equal length.

use crate::control::{Cancelled, Control};
use crate::matrix::{Nearest, TILE, Tile};
use crate::vector::Vector;
use half::f16;
use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;

/// Rows that one thread looks at together.
const ROWS: usize = 256;

/// A set of vectors with equal dimensions, two bytes a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    dimensions: usize,
    numbers: Vec<f16>,
}

impl Vectors {
    /// An empty set of vectors with so many dimensions, at least 1.
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions: dimensions.max(1), numbers: Vec::new() }
    }

    /// Adds a vector; `false`, and nothing is added, if its dimensions are others.
    #[must_use]
    pub fn push(&mut self, vector: &Vector) -> bool {
        let fits = vector.dimensions() == self.dimensions;
        if fits {
            self.numbers.extend_from_slice(vector.numbers());
        }
        fits
    }

    /// Numbers of each vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.numbers.len() / self.dimensions
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// All indices.
    pub(crate) fn indices(&self) -> Vec<u32> {
        (0..self.len() as u32).collect()
    }

    /// Vector `index`, which has to exist, with 32 bits a number.
    pub(crate) fn widen(&self, index: u32, into: &mut [f32]) {
        self.numbers[index as usize * self.dimensions..][..self.dimensions].convert_to_f32_slice(into);
    }

    /// Vector `index`, which has to exist, with 32 bits a number.
    pub(crate) fn wide(&self, index: u32) -> Vec<f32> {
        let mut wide = vec![0.0; self.dimensions];
        self.widen(index, &mut wide);
        wide
    }

    /// Vector `index`, as it was added; `None` if there is none.
    pub(crate) fn vector(&self, index: u32) -> Option<Vector> {
        let numbers = self.numbers.chunks_exact(self.dimensions).nth(index as usize)?;
        Vector::stored(numbers.to_vec())
    }

    /// The vectors `indices`, which have to exist.
    pub(crate) fn selected(&self, indices: &[u32]) -> Self {
        let mut selected = Self::new(self.dimensions);
        selected.extend(self, indices);
        selected
    }

    /// Adds vectors of `other`, which has the same dimensions.
    pub(crate) fn extend(&mut self, other: &Self, indices: &[u32]) {
        for index in indices {
            let from = *index as usize * other.dimensions;
            self.numbers.extend_from_slice(&other.numbers[from..][..other.dimensions]);
        }
    }

    /// For each of `rows` the nearest of `candidates` in `other`; `None` only if there are no candidates. Equals go to
    /// the candidate that comes first in the list.
    pub(crate) fn nearest(
        &self,
        rows: &[u32],
        other: &Self,
        candidates: &[u32],
        control: &Control<'_>,
    ) -> Result<Vec<Option<Nearest>>, Cancelled> {
        let blocks: Vec<Vec<_>> = rows
            .par_chunks(ROWS)
            .map(|rows| {
                let tile = Tile::of(self, rows);
                let mut best = vec![None; rows.len()];
                for (number, some) in candidates.chunks(TILE).enumerate() {
                    control.check()?;
                    tile.improve(&Tile::of(other, some), number * TILE, &mut best);
                }
                Ok(best)
            })
            .collect::<Result<_, _>>()?;
        Ok(blocks.concat())
    }
}
