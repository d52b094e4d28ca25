//! Selection: of data that are much alike some are enough. So many are kept as asked for, the most different ones.

use crate::clusters::{Clusters, spherical_k_means};
use crate::control::{Cancelled, Control};
use crate::matrix::dot;
use crate::samples::Samples;
use crate::scale::Scale;
use crate::vectors::Vectors;
use rayon::prelude::*;
use tidemill_vision::seed::Draws;

const CLUSTERS_AUTO_MAX: f64 = 256.0;
/// Vectors that one thread compares with the newest selected one.
const BLOCK: usize = 1024;

/// How much is selected.
#[derive(Clone, Copy, Debug)]
pub struct SelectionOptions {
    /// Share of the data that is kept, 0 to 1.
    pub ratio: f64,
    /// Groups the data are divided into, 1 to as many as there are; `None`: `sqrt(N / 2)`, at most 256.
    pub clusters: Option<usize>,
}

/// What became of an image, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelectionVerdict {
    /// Whether it stays.
    pub kept: bool,
    /// Its group of similar images.
    pub cluster: u32,
    /// Index of the kept image it is most like, for a removed one; `None` if nothing is kept.
    pub compared_with: Option<u32>,
    /// Similarity to that.
    pub similarity: f64,
}

/// More groups than data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// More clusters than data, or none.
    #[error("The value {given} of parameter n_clusters of RRD is invalid. Allowed: 1 to {most}.")]
    Clusters {
        /// As asked for.
        given: usize,
        /// The number of data.
        most: usize,
    },
    /// The caller ended it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A verdict for each image, in the order of `samples`; labels do not matter.
pub fn select(
    samples: &Samples,
    scale: Scale,
    options: &SelectionOptions,
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Vec<SelectionVerdict>, SelectionError> {
    let rows = samples.by_key();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let count = options.clusters.unwrap_or_else(|| clusters_for(rows.len()));
    if !(1..=rows.len()).contains(&count) {
        return Err(SelectionError::Clusters { given: count, most: rows.len() });
    }
    let clusters = spherical_k_means(samples.vectors(), &rows, count, draws, control)?;
    let members = clusters.members();
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let quotas = quotas(options.ratio, &sizes);
    let mut kept = vec![false; rows.len()];
    for position in farthest_points(samples.vectors(), &rows, &clusters, &quotas, control)? {
        kept[position] = true;
    }
    let mut verdicts: Vec<SelectionVerdict> = (0..rows.len()).map(|_| KEPT).collect();
    for (position, row) in rows.iter().enumerate() {
        verdicts[*row as usize].kept = kept[position];
        verdicts[*row as usize].cluster = clusters.assigned[position] as u32;
    }
    compare(samples.vectors(), &rows, scale, &mut verdicts, control)?;
    Ok(verdicts)
}

const KEPT: SelectionVerdict =
    SelectionVerdict { kept: true, cluster: 0, compared_with: None, similarity: 0.0 };

/// Groups for so many data.
fn clusters_for(samples: usize) -> usize {
    ((samples as f64 / 2.0).sqrt() + 0.5).floor().clamp(1.0, CLUSTERS_AUTO_MAX) as usize
}

/// How many to keep of each group: whole parts first, then by the largest remainder, the larger and then the earlier
/// group first.
fn quotas(ratio: f64, sizes: &[usize]) -> Vec<usize> {
    let samples: usize = sizes.iter().sum();
    let wanted = (ratio * samples as f64 + 0.5).floor() as usize;
    let wanted = if ratio > 0.0 { wanted.clamp(1, samples) } else { 0 };
    let share = |size: usize| ratio * size as f64;
    // A share that only rounding keeps from being whole counts as whole.
    let whole = |size: usize| ((share(size) + 1e-9).floor() as usize).min(size);
    let mut quotas: Vec<usize> = sizes.iter().map(|size| whole(*size)).collect();
    let mut by_remainder: Vec<usize> =
        (0..sizes.len()).filter(|group| quotas[*group] < sizes[*group]).collect();
    let remainder = |group: usize| share(sizes[group]) - quotas[group] as f64;
    by_remainder.sort_by(|a, b| {
        remainder(*b).total_cmp(&remainder(*a)).then(sizes[*b].cmp(&sizes[*a])).then(a.cmp(b))
    });
    let missing = wanted.saturating_sub(quotas.iter().sum());
    by_remainder.iter().take(missing).for_each(|group| quotas[*group] += 1);
    quotas
}

/// Positions of the rows to keep: of each group as many as its quota says, each as far as possible from those before.
fn farthest_points(
    vectors: &Vectors,
    rows: &[u32],
    clusters: &Clusters,
    quotas: &[usize],
    control: &Control<'_>,
) -> Result<Vec<usize>, Cancelled> {
    let groups: Vec<(Vec<usize>, usize)> =
        clusters.members().into_iter().zip(quotas.iter().copied()).collect();
    let chosen = groups.par_iter().map(|(members, quota)| {
        let cosines: Vec<f32> = members.iter().map(|position| clusters.cosines[*position]).collect();
        let indices: Vec<u32> = members.iter().map(|position| rows[*position]).collect();
        let order = farthest_order(vectors, &indices, &cosines, *quota, control)?;
        Ok(order.into_iter().map(|place| members[place]).collect::<Vec<_>>())
    });
    Ok(chosen.collect::<Result<Vec<_>, Cancelled>>()?.concat())
}

/// Places of the first `quota` members: first the one nearest to the centre, then always the one farthest from all
/// before it.
fn farthest_order(
    vectors: &Vectors,
    members: &[u32],
    to_centre: &[f32],
    quota: usize,
    control: &Control<'_>,
) -> Result<Vec<usize>, Cancelled> {
    let mut order = Vec::with_capacity(quota);
    // Cosine to the nearest chosen one; an own one is out of reach of all cosines.
    let mut nearest = vec![f32::NEG_INFINITY; members.len()];
    let mut next = (0..members.len()).min_by(|a, b| to_centre[*b].total_cmp(&to_centre[*a]).then(a.cmp(b)));
    while let Some(place) = next.filter(|_| order.len() < quota) {
        control.check()?;
        order.push(place);
        approach(vectors, members, &vectors.wide(members[place]), &mut nearest);
        nearest[place] = f32::INFINITY;
        let left = (0..members.len()).filter(|place| nearest[*place] < f32::INFINITY);
        next = left.min_by(|a, b| nearest[*a].total_cmp(&nearest[*b]).then(a.cmp(b)));
    }
    Ok(order)
}

fn approach(vectors: &Vectors, members: &[u32], chosen: &[f32], nearest: &mut [f32]) {
    members.par_chunks(BLOCK).zip(nearest.par_chunks_mut(BLOCK)).for_each(|(members, nearest)| {
        let mut wide = vec![0.0; vectors.dimensions()];
        for (member, nearest) in members.iter().zip(nearest).filter(|(_, nearest)| **nearest < f32::INFINITY)
        {
            vectors.widen(*member, &mut wide);
            *nearest = nearest.max(dot(&wide, chosen));
        }
    });
}

/// Tells each removed image which kept one it is most like.
fn compare(
    vectors: &Vectors,
    rows: &[u32],
    scale: Scale,
    verdicts: &mut [SelectionVerdict],
    control: &Control<'_>,
) -> Result<(), Cancelled> {
    let (kept, removed): (Vec<u32>, Vec<u32>) = rows.iter().partition(|row| verdicts[**row as usize].kept);
    let nearest = vectors.nearest(&removed, vectors, &kept, control)?;
    for (row, found) in removed.iter().zip(nearest) {
        let Some(found) = found else { continue };
        let verdict = &mut verdicts[*row as usize];
        verdict.compared_with = Some(kept[found.place]);
        verdict.similarity = scale.similarity(f64::from(found.cosine));
    }
    control.done(rows.len(), rows.len());
    Ok(())
}

#[cfg(test)]
mod tests;
