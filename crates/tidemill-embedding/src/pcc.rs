//! Cleansing: data that look like the prototypes, and less like the criticism, are kept.

use crate::clusters::spherical_k_means;
use crate::control::{Cancelled, Control};
use crate::embedder::Level;
use crate::samples::Samples;
use crate::scale::{BORDERLINE, Scale};
use crate::vectors::Vectors;
use tidemill_vision::seed::Draws;

/// Images that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// What is to be cleansed.
    pub data: &'a Samples,
    /// Prototypes of what is wanted.
    pub positive: &'a Samples,
    /// Prototypes of what is not wanted, possibly none.
    pub negative: &'a Samples,
}

/// How the data are cleansed.
#[derive(Clone, Copy, Debug)]
pub struct PccOptions {
    /// Centres that stand for the prototypes, at least 1; `None`: each prototype is a centre.
    pub clusters: Option<usize>,
    /// Alike from this similarity on, 0 to 1.
    pub similarity_threshold: f64,
    /// Alike below this embedding distance, 0 to 1.
    pub embedding_distance: f64,
    /// Whether the level that does not know what an image shows may decide.
    pub allow_basic: bool,
}

/// What became of an image of the data, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PccVerdict {
    /// Whether it stays.
    pub kept: bool,
    /// Similarity to the nearest centre of the prototypes.
    pub similarity: f64,
    /// Similarity to the nearest centre of the criticism; `None` without criticism.
    pub foreign: Option<f64>,
    /// Embedding distance to the nearest centre of the prototypes.
    pub distance: f64,
    /// Index of the nearest prototype itself.
    pub prototype: u32,
    /// Whether a difference of [`BORDERLINE`] would have changed the decision.
    pub borderline: bool,
}

/// Why nothing was cleansed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PccError {
    /// `no_prototype`
    #[error("there is no prototype: prototype_sample_path holds no image that can be decoded")]
    NoPrototype,
    /// `embedding_not_semantic`
    #[error(
        "the basic embedding does not know what an image shows and cannot cleanse; \
         install a model with `tidemill model install`, or set allow_basic_embedding to true"
    )]
    NotSemantic,
    /// Vectors of different models.
    #[error("the images were embedded by different models")]
    Mixed,
    /// The caller ended it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl PccError {
    /// The reason as a code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPrototype => "no_prototype",
            Self::NotSemantic => "embedding_not_semantic",
            Self::Mixed => "embeddings_mixed",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

/// A verdict for each image of the data, in their order. `scale` and `level` are those of the embedder.
pub fn cleanse(
    images: Comparison<'_>,
    (scale, level): (Scale, Level),
    options: &PccOptions,
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Vec<PccVerdict>, PccError> {
    let Comparison { data, positive, negative } = images;
    if positive.is_empty() {
        return Err(PccError::NoPrototype);
    }
    if level == Level::Basic && !options.allow_basic {
        return Err(PccError::NotSemantic);
    }
    // An empty set has the dimensions of no model.
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let dimensions = data.vectors().dimensions();
    if [positive, negative].iter().any(|set| !set.is_empty() && set.vectors().dimensions() != dimensions) {
        return Err(PccError::Mixed);
    }
    let clusters = options.clusters.unwrap_or(positive.len());
    let wanted = centres(positive, clusters, draws, control)?;
    let unwanted = centres(negative, clusters, draws, control)?;
    let rows = data.vectors().indices();
    let near = |set: &Vectors, candidates: &[u32]| data.vectors().nearest(&rows, set, candidates, control);
    let to_wanted = near(&wanted, &wanted.indices())?;
    let to_unwanted = near(&unwanted, &unwanted.indices())?;
    let order = positive.by_key();
    let to_prototype = near(positive.vectors(), &order)?;
    control.done(rows.len(), rows.len());
    let found = to_wanted.iter().zip(&to_unwanted).zip(&to_prototype);
    Ok(found
        .filter_map(|((wanted, unwanted), prototype)| {
            let cosine = f64::from((*wanted)?.cosine);
            let foreign = unwanted.map(|found| scale.similarity(f64::from(found.cosine)));
            let scores =
                Scores { similarity: scale.similarity(cosine), foreign, distance: scale.distance(cosine) };
            Some(scores.verdict(options, order[(*prototype)?.place]))
        })
        .collect())
}

/// Centres of a set: its own vectors if there are no more of them than clusters.
fn centres(
    set: &Samples,
    clusters: usize,
    draws: &mut Draws,
    control: &Control<'_>,
) -> Result<Vectors, Cancelled> {
    let rows = set.by_key();
    if clusters >= rows.len() {
        return Ok(set.vectors().selected(&rows));
    }
    Ok(spherical_k_means(set.vectors(), &rows, clusters.max(1), draws, control)?.centres)
}

#[derive(Clone, Copy)]
struct Scores {
    similarity: f64,
    foreign: Option<f64>,
    distance: f64,
}

impl Scores {
    fn keeps(&self, options: &PccOptions) -> bool {
        let alike =
            self.similarity >= options.similarity_threshold || self.distance < options.embedding_distance;
        alike && self.similarity > self.foreign.unwrap_or(-1.0)
    }

    fn verdict(self, options: &PccOptions, prototype: u32) -> PccVerdict {
        let kept = self.keeps(options);
        let moved = |by: f64| Self {
            similarity: self.similarity + by,
            foreign: self.foreign.map(|foreign| foreign - by),
            distance: self.distance - by,
        };
        let borderline = [-BORDERLINE, BORDERLINE].iter().any(|by| moved(*by).keeps(options) != kept);
        let Self { similarity, foreign, distance } = self;
        PccVerdict { kept, similarity, foreign, distance, prototype, borderline }
    }
}
