//! Datasets: samples and labels being edited, immutable versions, import, export.
//!
//! [`Datasets`] is the handle; everything durable is in the metadata, user data in buckets.

mod create;
mod dataset;
mod datasets;
mod error;
mod export;
mod fraction;
mod id;
mod import;
mod kind;
pub mod label;
mod layout;
pub mod manifest;
mod metrics;
mod registry;
pub mod sample;
pub mod search;
mod stats;
mod sync;
pub mod task;
mod update;
pub mod version;
pub mod voc;
mod work;

pub use dataset::{Dataset, DatasetStatus, Definition, Directory, NewDataset};
pub use datasets::{Datasets, DatasetsConfig};
pub use error::{Activity, DatasetError, PathError};
pub use export::{ExportFormat, ExportLayout, ExportOptions, ExportTarget, ExportWhich};
pub use fraction::Fraction;
pub use id::DatasetId;
pub use import::{ImportFrom, ImportOptions, LabelFormat, fuzz_csv, fuzz_yolo};
pub use kind::{DatasetType, LabelType, SampleType};
pub use metrics::Series;
pub use registry::{ListQuery, SortBy, VersionLike};
pub use stats::{DatasetStats, LabelCount, SearchValues, StatusCounts};
pub use update::DatasetChange;
pub use work::Work;
