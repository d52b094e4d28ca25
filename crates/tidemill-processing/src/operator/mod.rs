//! Operators: their names and parameters, and how a list of them becomes the stages of a run.

mod pipeline;
mod reason;
mod step;
mod validation;

pub(crate) use pipeline::{Family, MapSteps, Pipeline, Stage, TaskType};
pub use reason::Reason;
pub(crate) use step::{DrawsOf, Verdict, Work};
