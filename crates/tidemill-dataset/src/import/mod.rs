//! Imports: from objects in a bucket, or from the lines of a manifest, to samples and labels.
//!
//! A reader (`files`, `lines`, `yolo`, `manifest`) finds what is there and hands on items; `prepare` makes samples of
//! them, some at once; `collect` adds the samples in batches and counts. Memory is bounded, however much there is.

mod collect;
mod context;
pub(crate) mod encoding;
pub(crate) mod extension;
mod files;
mod item;
pub(crate) mod label_list;
mod lines;
mod manifest;
mod options;
mod prepare;
mod skip;
mod start;
mod store;
pub(crate) mod table;
pub(crate) mod text;
mod twin;
pub(crate) mod yolo;

pub(crate) use context::Import;
pub(crate) use files::Listing;
pub(crate) use item::{Item, Items};
pub use options::{ImportFrom, ImportOptions};
pub(crate) use skip::{Hindrance, Skip, Skips, told};
pub(crate) use store::Store;
pub use table::fuzz_csv;
pub use text::LabelFormat;
pub(crate) use twin::{Listed, Twins};
pub use yolo::fuzz_yolo;

/// The longest name of a label.
const LABEL_CHARS_MAX: usize = 1024;
/// Labels one sample may have.
const LABELS_PER_SAMPLE_MAX: usize = 10_000;
