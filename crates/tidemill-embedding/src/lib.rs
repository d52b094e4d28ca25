//! Embeddings of images, and what is decided by them: cleansing, de-duplication, selection.
//!
//! [`Embedder`] turns an image into a [`Vector`]; what is decided over a set of them is pure, and the same for any
//! number of threads. Models come from a directory: see [`ModelDirectory`] and [`convert`].

mod clusters;
mod control;
mod deduplication;
mod embedder;
mod generator;
mod hog;
mod install;
mod matrix;
mod model;
mod pcc;
mod redundancy;
mod samples;
mod scale;
mod stored;
#[cfg(test)]
mod testing;
mod vector;
mod vectors;

pub use control::{Cancelled, Control};
pub use deduplication::{DedupVerdict, Picture, deduplicate};
pub use embedder::{Embedder, Level, Model, Provenance};
pub use generator::{
    CYCLE_GAN, GanPlan, GanTask, Generator, GeneratorError, GeneratorTrialError, PlanError, STYLE_GAN,
    Training, plan_cycle_gan, plan_style_gan, try_generator,
};
pub use install::{ConvertError, convert, fuzz_checkpoint};
pub use model::{
    Calibration, Color, ContractError, DESCRIPTION_FILE, Description, DescriptionError, MODEL_BYTES_MAX,
    MODEL_FILE, ModelDirectory, OpenError, Resize, ResizeFilter, RunError, TrialError, WriteError, try_model,
};
pub use pcc::{Comparison, PccError, PccOptions, PccVerdict, cleanse};
pub use redundancy::{SelectionError, SelectionOptions, SelectionVerdict, select};
pub use samples::Samples;
pub use scale::{BORDERLINE, Scale, is_borderline};
pub use stored::{Damaged, STORED_BYTES_MAX, decode, encode};
pub use vector::{DIMENSIONS_MAX, DIMENSIONS_MIN, Vector};
pub use vectors::Vectors;
