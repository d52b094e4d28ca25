//! Hashes of what an image looks like: near images differ in few bits.

mod cosine;
mod forms;
mod lanczos;

use crate::feature::Blocks;

/// The hashes of one image. Bits are in reading order, the first one highest, as the ImageHash library writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// Difference hash: of 8 rows of 9 grey values, whether each is brighter than the one on its left.
    pub dhash: u64,
    /// Perceptual hash: which of the 64 lowest frequencies are above their median.
    pub phash: u64,
    /// Difference hash of 16 rows of 17 values.
    pub dhash256: [u64; 4],
}

impl Hashes {
    /// Of an image whose blocks are given.
    pub fn of(blocks: &Blocks) -> Self {
        let [small, large, square] = forms::of(blocks, [(9, 8), (17, 16), (cosine::SIDE, cosine::SIDE)]);
        let mut dhash256 = [0; 4];
        for (word, bits) in dhash256.iter_mut().zip(differences(&large, 17).chunks(64)) {
            *word = word_of(bits);
        }
        Self {
            dhash: word_of(&differences(&small, 9)),
            phash: word_of(&cosine::above_median(&square)),
            dhash256,
        }
    }

    /// Bits of 256 in which the large difference hashes differ.
    pub fn distance256(&self, other: &Self) -> u32 {
        self.dhash256.iter().zip(&other.dhash256).map(|(a, b)| (a ^ b).count_ones()).sum()
    }
}

/// Whether each value is larger than the one on its left, row by row.
fn differences(values: &[u8], width: usize) -> Vec<bool> {
    values.chunks(width).flat_map(|row| row.windows(2).map(|pair| pair[1] > pair[0])).collect()
}

/// Up to 64 bits, the first one highest.
fn word_of(bits: &[bool]) -> u64 {
    bits.iter().fold(0, |word, &bit| word << 1 | u64::from(bit))
}
