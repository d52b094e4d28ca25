//! The messages of the producers and consumers, for prost: what the tests speak.

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub(in crate::dis) struct PutRecordsRequest {
    #[prost(string, optional, tag = "1")]
    pub(in crate::dis) stream_name: Option<String>,
    #[prost(message, repeated, tag = "2")]
    pub(in crate::dis) records: Vec<PutRecordsRequestEntry>,
    #[prost(string, optional, tag = "30")]
    pub(in crate::dis) stream_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::dis) struct PutRecordsRequestEntry {
    #[prost(bytes = "vec", optional, tag = "3")]
    pub(in crate::dis) data: Option<Vec<u8>>,
    #[prost(string, optional, tag = "4")]
    pub(in crate::dis) explicit_hash_key: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(in crate::dis) partition_key: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(in crate::dis) partition_id: Option<String>,
    #[prost(int64, optional, tag = "29")]
    pub(in crate::dis) timestamp: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::dis) struct GetRecordsResult {
    #[prost(string, required, tag = "14")]
    pub(in crate::dis) next: String,
    #[prost(message, repeated, tag = "16")]
    pub(in crate::dis) records: Vec<Record>,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::dis) struct Record {
    #[prost(string, optional, tag = "17")]
    pub(in crate::dis) partition_key: Option<String>,
    #[prost(string, required, tag = "18")]
    pub(in crate::dis) sequence_number: String,
    #[prost(bytes = "vec", optional, tag = "19")]
    pub(in crate::dis) data: Option<Vec<u8>>,
    #[prost(int64, optional, tag = "27")]
    pub(in crate::dis) timestamp: Option<i64>,
    #[prost(string, optional, tag = "28")]
    pub(in crate::dis) timestamp_type: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::dis) struct PutRecordsResult {
    #[prost(int32, required, tag = "21")]
    pub(in crate::dis) failed_record_count: i32,
    #[prost(message, repeated, tag = "22")]
    pub(in crate::dis) records: Vec<PutRecordsResultEntry>,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::dis) struct PutRecordsResultEntry {
    #[prost(string, optional, tag = "23")]
    pub(in crate::dis) shard_id: Option<String>,
    #[prost(string, optional, tag = "24")]
    pub(in crate::dis) sequence_number: Option<String>,
    #[prost(string, optional, tag = "25")]
    pub(in crate::dis) error_code: Option<String>,
    #[prost(string, optional, tag = "26")]
    pub(in crate::dis) error_message: Option<String>,
}
