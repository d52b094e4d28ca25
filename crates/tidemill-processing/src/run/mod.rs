//! A run: its input is listed once and cut into shards; every shard goes through the stages, each finished one is
//! a row; the last stage puts the products in their places.
//!
//! What was finished before a crash is not done again, and the output is the same however often it went on,
//! whatever the number of threads and the size of the shards.

mod analysed;
mod compose;
mod decide;
mod decisions;
mod drive;
mod embed;
mod flow;
mod generate;
mod inherit;
mod listing;
mod manifest;
mod measure;
mod merged;
mod names;
mod objects;
mod pack;
mod place;
mod progress;
mod prototypes;
mod publish;
mod record;
mod referenced;
mod said;
mod seal;
mod shard;
mod shares;
mod slot;
mod sources;
mod sweep;
mod unusable;
mod uses;

pub(crate) use analysed::RESULT;
pub(crate) use drive::{drive, end};
pub use manifest::sample_id;
pub(crate) use measure::{Measure, left_out};
pub(crate) use progress::Progress;
pub use record::SampleResult;
pub(crate) use record::{COPIES_MAX, Record};
pub(crate) use seal::{Counters, Summary};
pub(crate) use slot::{Slots, Taken};
pub(crate) use sweep::sweep_all;

/// One page of what became of the samples.
#[derive(Clone, Debug)]
pub struct ResultPage {
    /// How many there are in all.
    pub total: usize,
    /// The page, in the order of the origins' paths.
    pub results: Vec<SampleResult>,
}

/// The directory of a run's tables in the bucket of artefacts.
pub(crate) fn directory(run_id: &str) -> String {
    format!("runs/{run_id}")
}
