//! What a stream is: an immutable snapshot that every change replaces.

use crate::policy::Grant;
use crate::traffic::Traffic;
use std::sync::Arc;
use tidemill_model::{Incarnation, PartitionId, ProjectId, StreamName};

/// One stream at one moment. Shared in an [`Arc`]; a change makes a new one.
#[derive(Clone, Debug)]
pub struct Stream {
    /// 19 random characters; never reused.
    pub id: String,
    /// Its name, unique in the project.
    pub name: StreamName,
    /// The project it belongs to.
    pub project: ProjectId,
    /// Its life in the record log.
    pub incarnation: Incarnation,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When its settings or partitions last changed, in ms since the epoch.
    pub modified_ms: i64,
    /// How long records are kept, in hours from their arrival.
    pub retention_hours: i64,
    /// Where it is in its life.
    pub state: StreamState,
    /// The class of throughput.
    pub stream_type: StreamType,
    /// What producers say the payloads are.
    pub data_type: DataType,
    /// Avro schema text, for dump tasks.
    pub data_schema: Option<String>,
    /// How producers compressed each payload; `None`: not at all.
    pub compression_format: Option<CompressionFormat>,
    /// The delimiter of CSV payloads.
    pub csv_delimiter: Option<String>,
    /// Whether and how far the number of partitions follows the load.
    pub auto_scale: AutoScale,
    /// All partitions, ascending by index, in every state; `partitions[i].id` is `i`.
    pub partitions: Vec<Partition>,
    /// Changes of the number of partitions, oldest first.
    pub scale_records: Vec<ScaleRecord>,
    /// Tags of the user.
    pub tags: Vec<Tag>,
    /// Tags of the system (enterprise project).
    pub sys_tags: Vec<Tag>,
    /// Who of other accounts may use it.
    pub grants: Vec<Grant>,
    /// One change of this stream at a time; shared by all its snapshots.
    pub(crate) changing: Arc<tokio::sync::Mutex<()>>,
    /// What passes through it; shared by all its snapshots.
    pub(crate) traffic: Arc<Traffic>,
}

impl Stream {
    /// The partition with this index, whatever its state.
    pub fn partition(&self, id: PartitionId) -> Option<&Partition> {
        self.partitions.get(usize::try_from(id.0).ok()?)
    }

    /// How many partitions take records. They are exactly the indexes below this number.
    pub fn writable(&self) -> usize {
        self.partitions.iter().filter(|p| p.state == PartitionState::Active).count()
    }

    /// How many partitions can be read.
    pub fn readable(&self) -> usize {
        self.partitions.iter().filter(|p| p.state.is_readable()).count()
    }

    /// The reference of a partition in the record log.
    pub fn partition_ref(&self, id: PartitionId) -> tidemill_log::PartitionRef {
        tidemill_log::PartitionRef { incarnation: self.incarnation, partition: id.0 }
    }
}

/// One partition of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its index.
    pub id: PartitionId,
    /// Where it is in its life.
    pub state: PartitionState,
    /// Smallest hash that is routed here.
    pub hash_low: u64,
    /// Largest hash that is routed here. Kept as it was when the partition is no longer active.
    pub hash_high: u64,
    /// When it stopped taking records, in ms since the epoch; `None` while it takes them.
    pub deleted_ms: Option<i64>,
}

/// Where a stream is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// Being made; takes no data calls yet.
    Creating,
    /// In service.
    Running,
    /// Being deleted; takes no data calls any more.
    Terminating,
    /// Its records do not fit its metadata any more; reads and writes are refused until someone repairs it.
    Frozen,
}

/// Where a partition is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionState {
    /// Being made.
    Creating,
    /// Takes and gives records.
    Active,
    /// Gives records only.
    Deleted,
    /// Neither.
    Expired,
}

impl PartitionState {
    /// Whether records can be read from it.
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Active | Self::Deleted)
    }
}

/// The class of throughput of a stream's partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum StreamType {
    /// 1 MB/s in, 2 MB/s out a partition.
    #[default]
    Common,
    /// 5 MB/s in, 10 MB/s out a partition.
    Advanced,
}

/// What producers say the payloads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DataType {
    /// Any bytes.
    #[default]
    Blob,
    /// JSON texts.
    Json,
    /// CSV lines.
    Csv,
}

/// How producers compressed each payload. The service never decompresses it; dump tasks do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompressionFormat {
    /// Snappy.
    Snappy,
    /// Gzip.
    Gzip,
    /// Zip.
    Zip,
}

/// Whether and how far the number of partitions follows the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AutoScale {
    /// Whether it does.
    pub enabled: bool,
    /// Never fewer partitions than this.
    pub min: Option<i64>,
    /// Never more partitions than this.
    pub max: Option<i64>,
}

impl AutoScale {
    /// Both counts are at least 1 and the smaller is not above the larger; the error says so.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (min, max) = (self.min.unwrap_or(1), self.max.unwrap_or(i64::MAX));
        if min < 1 || max < 1 {
            return Err("auto_scale partition counts must be at least 1".into());
        }
        if min > max {
            return Err(format!("auto_scale_min_partition_count {min} is above the maximum {max}"));
        }
        Ok(())
    }
}

/// What became of an attempt to change the number of partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleOutcome {
    /// The number was changed.
    Done,
    /// The number was out of its range or the present one, or was changed too often.
    Invalid,
    /// The project would have had too many partitions.
    Quota,
    /// The server failed.
    Failed,
}

impl ScaleOutcome {
    /// The word in the metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Invalid => "INVALID",
            Self::Quota => "QUOTA",
            Self::Failed => "FAILED",
        }
    }

    /// Reads the word in the metadata.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Done, Self::Invalid, Self::Quota, Self::Failed].into_iter().find(|o| o.as_str() == text)
    }
}

/// One attempt to change the number of partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleRecord {
    /// When it was asked for, in ms since the epoch.
    pub at_ms: i64,
    /// Active partitions before.
    pub from: u32,
    /// Active partitions asked for; of an attempt that was refused any number.
    pub to: i64,
    /// Whether the load asked for it rather than a person.
    pub auto: bool,
    /// What became of it.
    pub outcome: ScaleOutcome,
}

impl ScaleRecord {
    /// Whether the number was changed.
    pub(crate) fn is_done(&self) -> bool {
        self.outcome == ScaleOutcome::Done
    }

    /// Whether more partitions were asked for than there were.
    pub(crate) fn is_up(&self) -> bool {
        self.to > i64::from(self.from)
    }
}

/// A label of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its key, unique in the stream.
    pub key: String,
    /// Its value; may be empty.
    pub value: String,
}

macro_rules! text {
    ($type:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $type {
            /// The word used on the wire and in the metadata.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            /// Reads the word; `None` for any other.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

text!(StreamState {
    Creating = "CREATING",
    Running = "RUNNING",
    Terminating = "TERMINATING",
    Frozen = "FROZEN",
});
text!(PartitionState { Creating = "CREATING", Active = "ACTIVE", Deleted = "DELETED", Expired = "EXPIRED" });
text!(StreamType { Common = "COMMON", Advanced = "ADVANCED" });
text!(DataType { Blob = "BLOB", Json = "JSON", Csv = "CSV" });
text!(CompressionFormat { Snappy = "snappy", Gzip = "gzip", Zip = "zip" });
