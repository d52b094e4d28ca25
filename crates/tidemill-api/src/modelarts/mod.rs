//! The dataset API (ModelArts data management): one file a resource. Absent values are left out, never null.

pub mod batch;
pub mod dataset;
pub mod error;
pub mod export_task;
pub mod import_task;
pub mod label;
pub mod metrics;
pub mod processing;
mod property;
pub mod sample;
pub mod version;

pub use error::{ModelArtsCode, ModelArtsErrorBody};
