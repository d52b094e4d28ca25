//! What a proof found.

use serde::Serialize;

/// The proof of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// No problem in any task.
    pub ok: bool,
    /// One per task, ascending by id.
    pub tasks: Vec<TaskReport>,
}

/// The proof of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskReport {
    /// The task.
    pub task_id: String,
    /// Its name, if its head was there.
    pub task: Option<String>,
    /// The stream's name, if its head was there.
    pub stream: Option<String>,
    /// Whether the task was deleted.
    pub ended: bool,
    /// Its partitions, ascending.
    pub partitions: Vec<PartitionReport>,
    /// Everything that is not as the ledger says; empty if all is proven.
    pub problems: Vec<Problem>,
}

/// The proof of one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PartitionReport {
    /// The partition's index.
    pub partition: u32,
    /// Number of the first record of the proven range.
    pub from: u64,
    /// Number after its last record.
    pub to: u64,
    /// Ledger entries.
    pub entries: u64,
    /// Hash of the last; empty if there is none.
    pub head: String,
    /// Objects.
    pub objects: u64,
    /// Records in them.
    pub records: u64,
    /// Of these, records that could not be encoded and are in objects of their own, as they came.
    pub errors: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Ranges that were trimmed before they could be delivered, half-open.
    pub gaps: Vec<(u64, u64)>,
}

/// One thing that is not as the ledger says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// The object it is about.
    pub key: String,
    /// What was expected and found.
    pub detail: String,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, key: &str, detail: String) -> Self {
        Self { kind, key: key.to_owned(), detail }
    }
}

/// Kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The ends of the chains are not there or cannot be read: a lost tail would not show.
    HeadMissing,
    /// A ledger entry is not there although later ones, or the head, need it.
    EntryMissing,
    /// A ledger entry cannot be read, does not match its hash or does not continue the chain.
    EntryAltered,
    /// The chain is not the one the head names.
    TailLost,
    /// A range does not start where the one before ended, or its objects do not make it up.
    RangeBroken,
    /// An object of the ledger is not in the bucket.
    ObjectMissing,
    /// An object of the ledger has another size or digest.
    ObjectAltered,
    /// Two entries name the same object.
    ObjectTwice,
    /// An object carries the task's id, but no ledger entry names it.
    UnknownObject,
}
