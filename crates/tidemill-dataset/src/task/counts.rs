//! How far long work is.

use serde::{Deserialize, Serialize};

/// Numbers of a task. Which of them grow depends on its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Samples that were found, or are to be written.
    pub total: u64,
    /// Samples of those that are in the dataset, or were written.
    pub finished: u64,
    /// Samples that are new.
    pub added: u64,
    /// Samples that were removed.
    pub deleted: u64,
    /// Samples that got labels.
    pub labeled: u64,
    /// Samples whose labels wait for confirmation.
    pub unconfirmed: u64,
    /// Objects to be copied that were found.
    pub files: u64,
    /// Objects that were copied.
    pub files_finished: u64,
    /// Bytes of `files`.
    pub bytes: u64,
    /// Bytes of `files_finished`.
    pub bytes_finished: u64,
    /// What was left out and why, for a person; empty: nothing.
    pub left_out: String,
}
