//! Exports: samples and their labels out of a dataset or one of its versions, into a directory or a dataset of their own.

mod coco;
mod names;
mod options;
mod run;
mod source;
mod start;
mod yolo;

pub use options::{ExportFormat, ExportLayout, ExportOptions, ExportWhich};
pub use start::ExportTarget;
