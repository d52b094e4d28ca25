//! Bodies of the calls on records. The server reads and writes these by hand on its fast path; the shapes
//! are the same.

use serde::{Deserialize, Serialize};

/// Records for one stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutRecords {
    /// The stream's name; tried first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// The stream's id; used where no stream has the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<String>,
    /// At least one.
    pub records: Vec<PutEntry>,
}

/// One record of a put.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutEntry {
    /// The payload in base64; 1 byte to 1 MiB decoded.
    pub data: String,
    /// Names the partition directly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<String>,
    /// A hash from 0 to 2^63-1 as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit_hash_key: Option<String>,
    /// Text whose hash picks the partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_key: Option<String>,
    /// The producer's time in ms since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
}

/// What became of each record of a put, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutRecordsResult {
    /// How many failed.
    pub failed_record_count: i64,
    /// One entry a record.
    pub records: Vec<PutResultEntry>,
}

/// What became of one record: either the first two members or the last two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutResultEntry {
    /// `shardId-` and ten digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<String>,
    /// Decimal text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<String>,
    /// For example `DIS.5250`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Contains the code too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// A position to read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// At most 512 characters of `[A-Za-z0-9_-]`.
    pub partition_cursor: String,
}

/// One page of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetRecordsResult {
    /// Ascending by sequence number.
    pub records: Vec<Record>,
    /// Where to go on. Never absent.
    pub next_partition_cursor: String,
}

/// One record as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Present only if the producer sent one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_key: Option<String>,
    /// Decimal text.
    pub sequence_number: String,
    /// The payload in base64.
    pub data: String,
    /// The producer's time, else the arrival time, in ms since the epoch.
    pub timestamp: i64,
    /// Always `CreateTime`.
    pub timestamp_type: String,
}
