//! The seam between streams and whatever keeps their records.

use crate::chunk::{Chunk, RecordView, Run};
use async_trait::async_trait;
use tidemill_model::Incarnation;

/// One partition of one stream incarnation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct PartitionRef {
    /// The stream's incarnation.
    pub incarnation: Incarnation,
    /// The partition's index.
    pub partition: u32,
}

/// What a producer's request brings: at most one chunk a partition.
#[derive(Debug)]
pub struct Append {
    /// The stream's incarnation.
    pub incarnation: Incarnation,
    /// Chunks with the index of their partition.
    pub chunks: Vec<(u32, Chunk)>,
}

/// What became of one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Durable. Its records have the numbers `first .. first + count`.
    Assigned {
        /// Number of the first record.
        first: u64,
        /// How many records.
        count: u32,
    },
    /// Not written and never will be.
    Refused(Refusal),
    /// The log failed while writing: the records may or may not be there after the next start.
    Unknown,
}

/// Why a chunk was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The incarnation was never created or is deleted.
    #[error("the stream is not in the log")]
    UnknownStream,
    /// The stream has fewer partitions.
    #[error("the partition is not in the log")]
    UnknownPartition,
    /// The chunk can never fit into the log.
    #[error("the records are larger than the log takes at once")]
    TooLarge,
    /// The disk is nearly full; retried puts succeed once there is room.
    #[error("the disk is nearly full")]
    DiskFull,
    /// The log stopped after a failed write and takes nothing until it is reopened.
    #[error("the log stopped after a failed write")]
    Stopped,
}

/// What a partition holds. Half-open: `earliest .. next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Number of the first record a client may read.
    pub earliest: u64,
    /// Number of the first record still in the log, at most `earliest`: held for delivery beyond retention.
    pub held: u64,
    /// The durable end: the number the next record will get.
    pub next: u64,
}

/// Which records a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Clients: from [`Bounds::earliest`].
    Visible,
    /// Delivery: from [`Bounds::held`].
    Held,
}

/// How much a read returns at most. Whole records only.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimit {
    /// Payload bytes.
    pub bytes: usize,
    /// Records.
    pub records: usize,
    /// Whether a first record larger than `bytes` is returned all the same.
    pub at_least_one: bool,
}

/// Consecutive records from one position.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The records in runs.
    pub runs: Vec<Run>,
    /// Where the next read starts: the position asked for if nothing was returned.
    pub next: u64,
}

impl Page {
    /// All records in order.
    pub fn records(&self) -> impl Iterator<Item = RecordView<'_>> {
        self.runs.iter().flat_map(Run::records)
    }
}

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The stream or partition is not in the log.
    #[error("the partition is not in the log")]
    Unknown,
    /// The position is below what is kept.
    #[error("sequence number {from} was trimmed; the earliest is {earliest}")]
    Trimmed {
        /// The position asked for.
        from: u64,
        /// The earliest readable position.
        earliest: u64,
    },
    /// The position is above the durable end.
    #[error("sequence number {from} is beyond the end {next}")]
    Beyond {
        /// The position asked for.
        from: u64,
        /// The durable end.
        next: u64,
    },
    /// Stored bytes do not match their checksum. Nothing of them is served.
    #[error("damaged record data: {0}")]
    Damaged(String),
    /// The medium failed.
    #[error("reading the log failed: {0}")]
    Io(#[from] std::io::Error),
}

/// Why a change of the log's streams failed.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The stream is not in the log.
    #[error("the stream is not in the log")]
    UnknownStream,
    /// The incarnation exists already.
    #[error("the stream is in the log already")]
    Exists,
    /// The log stopped after a failed write.
    #[error("the log stopped after a failed write; restart the server")]
    Stopped,
    /// The log on disk is damaged or of another format.
    #[error("{0}")]
    Damaged(String),
    /// The medium failed.
    #[error("the log's disk failed: {0}")]
    Io(#[from] std::io::Error),
}

/// What retention removed from one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trimmed {
    /// The partition's index.
    pub partition: u32,
    /// Its bounds afterwards.
    pub bounds: Bounds,
}

/// Whether the log takes records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Ready,
    /// The disk is nearly full: puts are refused, everything else works.
    DiskFull,
    /// A write failed: nothing is acknowledged until the server is restarted.
    Stopped(String),
}

/// Keeps the records of all streams. Contract and suite are the same for every backend.
///
/// Acknowledged means durable; numbers of a partition strictly increase and are never reused, not even
/// after everything was trimmed; a read never returns more than the durable end. The disk backend's
/// numbers are also contiguous, but nothing outside counts by subtracting them.
#[async_trait]
pub trait LogStore: Send + Sync + 'static {
    /// Makes an empty stream with `partitions` partitions, durable when this returns.
    async fn create_stream(&self, incarnation: Incarnation, partitions: u32) -> Result<(), LogError>;

    /// Adds partitions until there are `partitions`; fewer is a no-op. Durable when this returns.
    async fn grow_stream(&self, incarnation: Incarnation, partitions: u32) -> Result<(), LogError>;

    /// Forgets the stream for good; its records are never readable again, also after a crash right after
    /// the return. Unknown streams are a no-op.
    async fn delete_stream(&self, incarnation: Incarnation) -> Result<(), LogError>;

    /// Every incarnation in the log with its number of partitions: start-up compares it with the metadata.
    async fn streams(&self) -> Vec<(Incarnation, u32)>;

    /// Appends; one outcome a chunk in the same order. Records of one chunk get consecutive numbers.
    async fn append(&self, append: Append) -> Vec<Outcome>;

    /// The partition's bounds; `None` if it is not in the log.
    fn bounds(&self, partition: PartitionRef) -> Option<Bounds>;

    /// Reads from number `from` up to the durable end within `limit`. `from` at the end gives an empty page.
    async fn read(
        &self,
        partition: PartitionRef,
        from: u64,
        limit: ReadLimit,
        scope: Scope,
    ) -> Result<Page, ReadError>;

    /// The number of the first visible record whose time is at least `time_ms`; the durable end if none is.
    /// Exact, also where producers' times go back and forth.
    async fn seek_time(&self, partition: PartitionRef, time_ms: i64) -> Result<u64, ReadError>;

    /// Ends the visibility of records that arrived before `cutoff_ms` and removes what nothing holds.
    async fn trim(&self, incarnation: Incarnation, cutoff_ms: i64) -> Result<Vec<Trimmed>, LogError>;

    /// Holds the records from `from` on for `holder` beyond retention; `None` releases. Not durable: holders
    /// register again at start, before the first trim.
    fn hold(&self, partition: PartitionRef, holder: &str, from: Option<u64>);

    /// Whether the log takes records.
    fn health(&self) -> Health;

    /// Finishes what is under way and marks the end durable. Appends after it are refused.
    async fn shutdown(&self);
}
