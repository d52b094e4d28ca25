//! Spherical k-means: groups of vectors that point the same way.

use crate::control::{Cancelled, Control};
use crate::matrix::dot;
use crate::vector::Vector;
use crate::vectors::Vectors;
use rayon::prelude::*;
use tidemill_vision::seed::Draws;

const ITERATIONS_MAX: usize = 50;
/// Vectors that one thread looks at together.
const BLOCK: usize = 4096;

/// A partition of some vectors.
#[derive(Debug)]
pub(crate) struct Clusters {
    /// One for each cluster.
    pub(crate) centres: Vectors,
    /// The cluster of each row.
    pub(crate) assigned: Vec<usize>,
    /// The cosine of each row to its centre.
    pub(crate) cosines: Vec<f32>,
}

impl Clusters {
    /// Positions of the rows of each cluster, rising.
    pub(crate) fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.centres.len()];
        for (position, cluster) in self.assigned.iter().enumerate() {
            members[*cluster].push(position);
        }
        members
    }
}

/// Splits `rows` of `vectors` into `count` clusters, 1 to as many as there are rows: k-means++ from `draws`, at most
/// 50 rounds. Equals go to the lowest index; a cluster without members takes the row farthest from its centre.
pub(crate) fn spherical_k_means(
    vectors: &Vectors,
    rows: &[u32],
    count: usize,
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Clusters, Cancelled> {
    let mut centres = spread(vectors, rows, count, draws, control)?;
    let mut before: Option<Vec<usize>> = None;
    for round in 1.. {
        let nearest = vectors.nearest(rows, &centres, &centres.indices(), control)?;
        let nearest =
            nearest.into_iter().map(|found| found.map_or((0, 0.0), |found| (found.place, found.cosine)));
        let (mut assigned, mut cosines): (Vec<usize>, Vec<f32>) = nearest.unzip();
        fill_empty(&mut assigned, &mut cosines, centres.len());
        let clusters = Clusters { centres, assigned, cosines };
        if round > ITERATIONS_MAX || before.as_ref() == Some(&clusters.assigned) {
            return Ok(clusters);
        }
        control.check()?;
        centres = means(vectors, rows, &clusters);
        before = Some(clusters.assigned);
    }
    Err(Cancelled)
}

/// First centres: each row with a chance that grows with its distance from those there are (k-means++).
fn spread(
    vectors: &Vectors,
    rows: &[u32],
    count: usize,
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Vectors, Cancelled> {
    let mut apart = vec![f64::INFINITY; rows.len()];
    let mut chosen = vec![draws.below(rows.len())];
    while chosen.len() < count.min(rows.len()) {
        control.check()?;
        let last = chosen[chosen.len() - 1];
        approach(vectors, rows, &vectors.wide(rows[last]), &mut apart);
        apart[last] = -1.0;
        // Without any distance left the first row that was not chosen.
        let next = draws.weighted(&apart).or_else(|| apart.iter().position(|apart| *apart >= 0.0));
        chosen.extend(next);
    }
    Ok(vectors.selected(&chosen.iter().map(|position| rows[*position]).collect::<Vec<_>>()))
}

fn approach(vectors: &Vectors, rows: &[u32], centre: &[f32], apart: &mut [f64]) {
    rows.par_chunks(BLOCK).zip(apart.par_chunks_mut(BLOCK)).for_each(|(rows, apart)| {
        let mut wide = vec![0.0; vectors.dimensions()];
        for (row, apart) in rows.iter().zip(apart) {
            vectors.widen(*row, &mut wide);
            *apart = apart.min((1.0 - f64::from(dot(&wide, centre))).max(0.0));
        }
    });
}

/// Gives each cluster without members the row that is farthest from its centre and not alone with it.
fn fill_empty(assigned: &mut [usize], cosines: &mut [f32], clusters: usize) {
    let mut sizes = vec![0_usize; clusters];
    assigned.iter().for_each(|cluster| sizes[*cluster] += 1);
    for empty in 0..clusters {
        if sizes[empty] > 0 {
            continue;
        }
        let movable = (0..assigned.len()).filter(|position| sizes[assigned[*position]] > 1);
        let farthest = movable.min_by(|a, b| cosines[*a].total_cmp(&cosines[*b]).then(a.cmp(b)));
        let Some(farthest) = farthest else { return };
        sizes[assigned[farthest]] -= 1;
        sizes[empty] = 1;
        assigned[farthest] = empty;
        cosines[farthest] = 1.0;
    }
}

/// The mean direction of each cluster, summed in the order of the rows.
fn means(vectors: &Vectors, rows: &[u32], clusters: &Clusters) -> Vectors {
    let mean = |members: &Vec<usize>| {
        let mut sum = vec![0.0_f64; vectors.dimensions()];
        let mut wide = vec![0.0; vectors.dimensions()];
        for position in members {
            vectors.widen(rows[*position], &mut wide);
            sum.iter_mut().zip(&wide).for_each(|(sum, number)| *sum += f64::from(*number));
        }
        let count = members.len().max(1) as f64;
        Vector::normalised(&sum.iter().map(|sum| (sum / count) as f32).collect::<Vec<_>>())
    };
    let found: Vec<Option<Vector>> = clusters.members().par_iter().map(mean).collect();
    let mut means = Vectors::new(vectors.dimensions());
    for (cluster, mean) in found.iter().enumerate() {
        // Finite numbers have a finite mean; the old centre stands in for the case that cannot be.
        let pushed = mean.as_ref().is_some_and(|mean| means.push(mean));
        if !pushed {
            means.extend(&clusters.centres, &[cluster as u32]);
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cancelled, draws, grouped, on_any_threads};

    #[test]
    fn separated_groups_are_found_whatever_the_seed_and_the_threads() {
        let samples = grouped(600, 6, 0.03, 1);
        let rows = samples.vectors().indices();
        for seed in 0..5 {
            let clusters = on_any_threads(|| {
                let found =
                    spherical_k_means(samples.vectors(), &rows, 6, &mut draws(seed), &Control::none())
                        .unwrap();
                (found.assigned, found.centres)
            });
            let of_group = |n: usize| clusters.0[n % 6];
            assert!((0..600).all(|n| clusters.0[n] == of_group(n)), "seed {seed}");
        }
    }

    #[test]
    fn every_cluster_has_a_member_even_among_equals() {
        let samples = grouped(40, 1, 0.0, 2);
        let rows = samples.vectors().indices();
        for count in [1, 2, 39, 40] {
            let found =
                spherical_k_means(samples.vectors(), &rows, count, &mut draws(3), &Control::none()).unwrap();
            assert!(found.members().iter().all(|members| !members.is_empty()), "{count}");
        }
    }

    #[test]
    fn it_ends_when_it_is_cancelled() {
        let samples = grouped(100, 3, 0.3, 2);
        let rows = samples.vectors().indices();
        assert!(spherical_k_means(samples.vectors(), &rows, 3, &mut draws(3), &cancelled()).is_err());
    }
}
