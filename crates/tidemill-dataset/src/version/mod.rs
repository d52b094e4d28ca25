//! Versions: immutable states of a dataset.
//!
//! A version is its canonical manifest: one JSON line a sample in the order of places, kept in the artefacts
//! under its SHA-256. Everything that reads a version reads that; the public manifest and the label files in the
//! user's bucket are made of it. See [`crate::Datasets::publish`], [`crate::Datasets::publish_entries`],
//! [`crate::Datasets::version_entries`], [`crate::Datasets::switch_version`], [`crate::Datasets::diff_versions`].

mod canonical;
mod check;
mod compose;
mod delete;
mod describe;
mod diff;
mod entry;
mod error;
mod label_file;
mod make;
mod options;
mod public;
mod publish;
mod resume;
mod split;
mod stage;
mod summary;
mod sweep;
mod switch;
mod table;
mod uses;

pub use canonical::{EntryError, VersionEntries};
pub use compose::ComposedVersion;
pub use describe::{Version, VersionLabel, VersionStatus};
pub use diff::{Change, VersionDiff};
pub use entry::VersionEntry;
pub use error::VersionError;
pub use options::{NewVersion, VersionFormat, VersionOptions};
pub use split::SplitError;
pub(crate) use split::{Parts, Split};
pub use summary::{LabelSummary, LabelVariety, Summary};
pub use uses::{Analysis, VersionTasks};

/// Runs `$call` in a transaction with clones of the named values, because it may run twice.
macro_rules! tx {
    ($meta:expr, |$tx:ident $(, $value:ident)*| $call:expr) => {{
        $(let $value = $value.clone();)*
        $meta
            .tx(move |$tx| {
                $(let $value = $value.clone();)*
                Box::pin(async move { $call.await })
            })
            .await
    }};
}

/// Runs `$call` on a snapshot with clones of the named values.
macro_rules! read {
    ($meta:expr, |$tx:ident $(, $value:ident)*| $call:expr) => {{
        $(let $value = $value.clone();)*
        $meta
            .read(move |$tx| {
                $(let $value = $value.clone();)*
                Box::pin(async move { $call.await })
            })
            .await
    }};
}
pub(crate) use {read, tx};
