//! De-duplication: of images that look the same, the best one is kept.
//!
//! Images are taken in the order in which one is better than another: more pixels, larger file, lower key. Each is
//! compared with those kept so far and removed if one of them is more similar than the threshold. A chain of similar
//! images is therefore not collapsed into one.

mod cells;
mod walk;

use crate::control::{Cancelled, Control};
use crate::samples::Samples;
use crate::scale::{Scale, is_borderline};
use std::collections::HashMap;
use tidemill_vision::seed::Draws;

/// Up to so many different images every pair is compared.
const EXACT_MAX: usize = 200_000;

/// What is known of an image beside its vector.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Digest of its decoded pixels with width and height.
    pub pixel_digest: [u8; 32],
    /// Width times height.
    pub pixels: u64,
    /// Bytes of its file.
    pub bytes: u64,
    /// Its labels in any canonical form: only compared for being equal.
    pub labels: Box<str>,
}

/// What became of an image, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DedupVerdict {
    /// Whether it stays.
    pub kept: bool,
    /// Index of the kept image it was removed for; of a kept image the most similar one kept before it, if any.
    pub compared_with: Option<u32>,
    /// Similarity to that.
    pub similarity: f64,
    /// Whether all pixels are the same.
    pub identical: bool,
    /// Whether it was removed for an image with other labels.
    pub label_conflict: bool,
    /// Whether the similarity lies so near to the threshold that another processor might decide otherwise.
    pub borderline: bool,
}

/// A verdict for each image, in the order of `samples`. Images are duplicates if their similarity is above `threshold`
/// or their pixels are equal. Time grows with the product of the images and the kept ones, memory with the images.
///
/// `pictures` is as long as `samples`; what is missing or too much ends as [`Cancelled`].
pub fn deduplicate(
    samples: &Samples,
    pictures: &[Picture],
    (scale, threshold): (Scale, f64),
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Vec<DedupVerdict>, Cancelled> {
    deduplicate_exactly_up_to(EXACT_MAX, samples, pictures, (scale, threshold), draws, control)
}

fn deduplicate_exactly_up_to(
    exact_max: usize,
    samples: &Samples,
    pictures: &[Picture],
    (scale, threshold): (Scale, f64),
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Vec<DedupVerdict>, Cancelled> {
    if pictures.len() != samples.len() {
        return Err(Cancelled);
    }
    let order = best_first(samples, pictures);
    let first = first_of_equals(&order, pictures);
    let different: Vec<u32> =
        order.iter().copied().filter(|index| first[*index as usize] == *index).collect();
    let is_duplicate = |cosine: f32| scale.similarity(f64::from(cosine)) > threshold;
    let kept = if different.len() <= exact_max {
        walk::Kept::all()
    } else {
        walk::Kept::in_cells(samples.vectors(), &different, draws, control)?
    };
    let found = walk::walk(samples.vectors(), &different, kept, &is_duplicate, control)?;
    let mut verdicts = vec![FIRST; samples.len()];
    for (index, found) in different.iter().zip(found) {
        let Some(found) = found else { continue };
        let similarity = scale.similarity(f64::from(found.cosine));
        let kept = !is_duplicate(found.cosine);
        verdicts[*index as usize] = DedupVerdict {
            kept,
            compared_with: Some(found.index),
            similarity,
            borderline: is_borderline(similarity, threshold),
            ..FIRST
        };
    }
    settle_equals(&first, &mut verdicts);
    note_labels(pictures, &mut verdicts);
    Ok(verdicts)
}

/// Of an image without another one before it.
const FIRST: DedupVerdict = DedupVerdict {
    kept: true,
    compared_with: None,
    similarity: 0.0,
    identical: false,
    label_conflict: false,
    borderline: false,
};

fn best_first(samples: &Samples, pictures: &[Picture]) -> Vec<u32> {
    let mut order = samples.vectors().indices();
    order.sort_by(|a, b| {
        let (one, other) = (&pictures[*a as usize], &pictures[*b as usize]);
        let better = (other.pixels, other.bytes).cmp(&(one.pixels, one.bytes));
        better.then_with(|| samples.key(*a).cmp(samples.key(*b))).then(a.cmp(b))
    });
    order
}

/// For each image the best one with the same pixels, possibly itself.
fn first_of_equals(order: &[u32], pictures: &[Picture]) -> Vec<u32> {
    let mut by_digest = HashMap::new();
    let mut first = vec![0; pictures.len()];
    for index in order {
        let digest = &pictures[*index as usize].pixel_digest;
        first[*index as usize] = *by_digest.entry(digest).or_insert(*index);
    }
    first
}

/// An image that has the pixels of another one goes: for that one if it stays, else for what that one went for.
fn settle_equals(first: &[u32], verdicts: &mut [DedupVerdict]) {
    for (index, first) in first.iter().enumerate().filter(|(index, first)| *index as u32 != **first) {
        let best = verdicts[*first as usize];
        verdicts[index] = if best.kept {
            DedupVerdict {
                kept: false,
                compared_with: Some(*first),
                similarity: 1.0,
                identical: true,
                ..FIRST
            }
        } else {
            best
        };
    }
}

fn note_labels(pictures: &[Picture], verdicts: &mut [DedupVerdict]) {
    for (picture, verdict) in pictures.iter().zip(verdicts).filter(|(_, verdict)| !verdict.kept) {
        let keeper = verdict.compared_with.and_then(|keeper| pictures.get(keeper as usize));
        verdict.label_conflict = keeper.is_some_and(|keeper| keeper.labels != picture.labels);
    }
}

#[cfg(test)]
mod tests;
