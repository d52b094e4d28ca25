//! The stages of a run: what is done in one pass over the samples.

use super::generation::Generation;
use super::set::SetOperator;
use super::step::{MapStep, Verdict, Work};
use crate::run::Measure;
use std::sync::Arc;

/// One pass over the samples.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// Operators that look at one sample alone.
    Map(MapSteps),
    /// What an operator on all samples has to know of each.
    Embed,
    /// Its decisions.
    Decide(SetOperator),
    /// A generator makes images.
    Generate(Arc<Generation>),
    /// Feature analysis.
    Measure(Measure),
    /// Products go to their places.
    Publish,
}

impl Stage {
    /// What it is called in the progress of a run.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Map(_) => "processing",
            Self::Embed => "embedding",
            Self::Decide(_) => "comparing",
            Self::Generate(_) => "generating",
            Self::Measure(_) => "analysing",
            Self::Publish => "publishing",
        }
    }
}

/// Operators that look at one sample alone, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct MapSteps {
    pub(super) steps: Arc<Vec<Box<dyn MapStep>>>,
    /// How many products one picture has.
    pub(crate) copies: u32,
}

impl MapSteps {
    /// Takes a sample through all of them, unless one drops it.
    pub(crate) fn apply(&self, work: &mut Work) -> Verdict {
        let mut verdicts = self.steps.iter().map(|step| step.apply(work));
        verdicts.find(|verdict| *verdict != Verdict::Kept).unwrap_or(Verdict::Kept)
    }

    /// The most pixels a picture of this size has on its way, and the most it has at the end.
    pub(crate) fn most_pixels(&self, size: (u32, u32)) -> (u64, u64) {
        let pixels = |(width, height)| u64::from(width) * u64::from(height);
        let (mut now, mut most) = (size, pixels(size));
        for step in self.steps.iter() {
            let next = step.largest(now);
            // Stretched in one direction before the other.
            most = most.max(pixels(next)).max(pixels((next.0, now.1)));
            now = next;
        }
        (most, pixels(now))
    }
}
