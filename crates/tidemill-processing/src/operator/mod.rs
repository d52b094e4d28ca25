//! Operators: their names and parameters, and how a list of them becomes the stages of a run.

mod analysis;
mod augmentation;
mod generation;
mod pipeline;
mod reason;
mod set;
mod step;
mod validation;

pub(crate) use generation::{Generation, Makes};
pub(crate) use pipeline::{Family, MapSteps, Pipeline, Stage, TaskType};
pub use reason::Reason;
pub(crate) use set::{SetKind, SetOperator};
pub(crate) use step::{DrawsOf, Verdict, Work};
pub(crate) use validation::VALIDATION_DROPPED;
