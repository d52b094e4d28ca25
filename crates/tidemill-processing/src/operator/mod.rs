//! Operators: their names and parameters, and how a list of them becomes the stages of a run.

mod analysis;
mod augmentation;
mod building;
mod generation;
mod named;
mod pipeline;
mod reason;
mod set;
mod stage;
mod step;
mod task_type;
mod validation;

pub(crate) use generation::{Generation, Makes};
pub(crate) use pipeline::{Family, Pipeline};
pub use reason::Reason;
pub(crate) use set::{SetKind, SetOperator};
pub(crate) use stage::{MapSteps, Stage};
pub(crate) use step::{DrawsOf, Verdict, Work};
pub(crate) use task_type::TaskType;
pub(crate) use validation::VALIDATION_DROPPED;
