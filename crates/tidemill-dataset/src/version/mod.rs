//! Versions: immutable states of a dataset.
//!
//! A version is its canonical manifest: one JSON line a sample in the order of places, kept in the artefacts
//! under its SHA-256. Everything that reads a version reads that; the public manifest and the label files in the
//! user's bucket are made of it. See [`crate::Datasets::publish`], [`crate::Datasets::publish_entries`],
//! [`crate::Datasets::version_entries`], [`crate::Datasets::switch_version`], [`crate::Datasets::diff_versions`].

mod canonical;
mod check;
mod compose;
mod copies;
mod delete;
mod describe;
mod diff;
mod draft;
mod entry;
mod error;
mod heads;
mod label_file;
mod make;
mod mask;
mod options;
mod public;
mod publish;
mod resume;
mod settle;
mod split;
mod stage;
mod summary;
mod sweep;
mod switch;
mod table;
mod trouble;
mod uses;

pub use canonical::{EntryError, VersionEntries};
pub use compose::{Composed, ComposedVersion, Gate};
pub use describe::{Version, VersionLabel, VersionStatus};
pub use diff::{Change, VersionDiff};
pub use entry::VersionEntry;
pub use error::VersionError;
pub use options::{NewVersion, VersionFormat, VersionOptions};
pub use split::SplitError;
pub(crate) use split::{Parts, Split};
pub use summary::{LabelSummary, LabelVariety, Summary};
pub(crate) use tidemill_meta::{read, tx};
pub use uses::{Analysis, VersionTasks};
