//! Bodies of the calls on streams.

use serde::{Deserialize, Serialize};

/// Asks for a new stream. Unknown members are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateStream {
    /// 1 to 64 of `[A-Za-z0-9_-]`.
    pub stream_name: Option<String>,
    /// At least 1.
    pub partition_count: Option<i64>,
    /// `COMMON` (default) or `ADVANCED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_type: Option<String>,
    /// `BLOB` (default), `JSON` or `CSV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// Retention in hours, 24 (default) to 72.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_duration: Option<i64>,
    /// Whether the number of partitions follows the load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_enabled: Option<bool>,
    /// Never fewer partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_min_partition_count: Option<i64>,
    /// Never more partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_max_partition_count: Option<i64>,
    /// Avro schema text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_schema: Option<String>,
    /// How CSV payloads are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv_properties: Option<CsvProperties>,
    /// `snappy`, `gzip` or `zip`: how producers compress each payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression_format: Option<String>,
    /// At most 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
    /// Tags of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sys_tags: Option<Vec<Tag>>,
}

/// How CSV payloads are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvProperties {
    /// The field delimiter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
}

/// A label of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Unique in the stream.
    pub key: String,
    /// May be empty, absent or null.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub value: String,
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

/// Asks for another number of partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePartitionCount {
    /// The number of writable partitions wanted.
    pub target_partition_count: Option<i64>,
}

/// What became of the number of partitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePartitionCountResult {
    /// The stream's name.
    pub stream_name: String,
    /// Writable partitions now.
    pub current_partition_count: i64,
    /// Writable partitions asked for.
    pub target_partition_count: i64,
}

/// Asks for other settings; what is absent stays. Unknown members are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateStream {
    /// Retention in hours, 24 to 168.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_duration: Option<i64>,
    /// `BLOB`, `JSON` or `CSV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// Avro schema text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_schema: Option<String>,
    /// Whether the number of partitions follows the load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_enabled: Option<bool>,
    /// Never fewer partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_min_partition_count: Option<i64>,
    /// Never more partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_max_partition_count: Option<i64>,
}

/// The older form of [`UpdateStream`], which says what kind of setting it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateStreamLegacy {
    /// `DATA_TYPE` or `AUTO_SCALE`; the settings of the other kind stay.
    pub update_type: Option<String>,
    /// The settings.
    #[serde(flatten)]
    pub settings: UpdateStream,
}

/// What the older form answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateStreamLegacyResult {
    /// The stream's name.
    pub stream_name: String,
    /// Its data type now.
    pub target_data_type: String,
}

/// One page of a project's streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamList {
    /// All streams of the project.
    pub total_number: i64,
    /// Names on this page, ascending.
    pub stream_names: Vec<String>,
    /// Whether another page follows.
    pub has_more_streams: bool,
    /// The same page with details.
    pub stream_info_list: Vec<StreamInfo>,
}

/// One stream in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamInfo {
    /// Its id.
    pub stream_id: String,
    /// Its name.
    pub stream_name: String,
    /// In ms since the epoch.
    pub create_time: i64,
    /// In hours.
    pub retention_period: i64,
    /// `CREATING`, `RUNNING`, `TERMINATING` or `FROZEN`.
    pub status: String,
    /// `COMMON` or `ADVANCED`.
    pub stream_type: String,
    /// `BLOB`, `JSON` or `CSV`.
    pub data_type: String,
    /// ACTIVE partitions.
    pub partition_count: i64,
    /// Whether the number of partitions follows the load.
    pub auto_scale_enabled: bool,
    /// Never fewer partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_min_partition_count: Option<i64>,
    /// Never more partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_max_partition_count: Option<i64>,
    /// Tags of the user.
    pub tags: Vec<Tag>,
    /// Tags of the system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sys_tags: Vec<Tag>,
}

/// One partition of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// `CREATING`, `ACTIVE`, `DELETED` or `EXPIRED`.
    pub status: String,
    /// `shardId-` and ten digits.
    pub partition_id: String,
    /// `[low : high]`, both inclusive.
    pub hash_range: String,
    /// `[earliest : next]`; absent for EXPIRED partitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number_range: Option<String>,
    /// Always empty.
    pub parent_partitions: String,
}

/// One attempt to change the number of partitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleRecord {
    /// In ms since the epoch.
    pub create_timestamp: i64,
    /// ACTIVE partitions before.
    pub src_partition_count: i64,
    /// ACTIVE partitions asked for; of a refused attempt any number.
    pub target_partition_count: i64,
    /// 0 on success, else the number of the error it was answered with, for example 4308.
    pub result_code: i64,
    /// Whether the load asked for it.
    pub auto_scale: bool,
}

/// A stream in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamDetail {
    /// Its id.
    pub stream_id: String,
    /// Its name.
    pub stream_name: String,
    /// In ms since the epoch.
    pub create_time: i64,
    /// In ms since the epoch.
    pub last_modified_time: i64,
    /// In hours.
    pub retention_period: i64,
    /// `CREATING`, `RUNNING`, `TERMINATING` or `FROZEN`.
    pub status: String,
    /// `COMMON` or `ADVANCED`.
    pub stream_type: String,
    /// `BLOB`, `JSON` or `CSV`.
    pub data_type: String,
    /// Avro schema text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_schema: Option<String>,
    /// `snappy`, `gzip` or `zip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression_format: Option<String>,
    /// How CSV payloads are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv_properties: Option<CsvProperties>,
    /// ACTIVE partitions.
    pub writable_partition_count: i64,
    /// ACTIVE and DELETED partitions.
    pub readable_partition_count: i64,
    /// One page of partitions, ascending by index.
    pub partitions: Vec<Partition>,
    /// Whether another page follows. Never absent.
    pub has_more_partitions: bool,
    /// Changes of the number of partitions, oldest first.
    pub update_partition_counts: Vec<ScaleRecord>,
    /// Tags of the user.
    pub tags: Vec<Tag>,
    /// Tags of the system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sys_tags: Vec<Tag>,
    /// Whether the number of partitions follows the load.
    pub auto_scale_enabled: bool,
    /// Never fewer partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_min_partition_count: Option<i64>,
    /// Never more partitions than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scale_max_partition_count: Option<i64>,
}
