//! The samples of a set operator: vectors with keys.

use crate::vector::Vector;
use crate::vectors::Vectors;
use tidemill_vision::seed::SampleKey;

/// Samples of a set, in any order: results do not depend on it, because every operator goes by the keys.
#[derive(Clone, Debug)]
pub struct Samples {
    keys: Vec<SampleKey>,
    vectors: Vectors,
}

impl Samples {
    /// An empty set of samples whose vectors have so many dimensions.
    pub fn new(dimensions: usize) -> Self {
        Self { keys: Vec::new(), vectors: Vectors::new(dimensions) }
    }

    /// Adds a sample; `false`, and nothing is added, if its vector has other dimensions.
    #[must_use]
    pub fn push(&mut self, key: SampleKey, vector: &Vector) -> bool {
        let fits = self.vectors.push(vector);
        if fits {
            self.keys.push(key);
        }
        fits
    }

    /// Sample `index`, as it was added; `None` if there is none.
    pub fn get(&self, index: u32) -> Option<(SampleKey, Vector)> {
        Some((*self.keys.get(index as usize)?, self.vectors.vector(index)?))
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Their vectors.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// The key of sample `index`, which has to exist.
    pub(crate) fn key(&self, index: u32) -> &SampleKey {
        &self.keys[index as usize]
    }

    /// All indices by rising key.
    pub(crate) fn by_key(&self) -> Vec<u32> {
        let mut order = self.vectors.indices();
        order.sort_by_key(|index| (self.keys[*index as usize], *index));
        order
    }
}
