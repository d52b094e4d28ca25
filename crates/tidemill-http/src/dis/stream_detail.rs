//! Streams as clients see them.

use tidemill_api::dis;
use tidemill_model::PartitionId;
use tidemill_stream::{Partition, PartitionState, ScaleOutcome, ScaleRecord, Stream, Streams, Tag};

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Tags as clients see them.
pub(super) fn tags(tags: &[Tag]) -> Vec<dis::Tag> {
    tags.iter().map(|tag| dis::Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

/// A stream in a list.
pub(super) fn info(stream: &Stream) -> dis::StreamInfo {
    dis::StreamInfo {
        stream_id: stream.id.clone(),
        stream_name: stream.name.to_string(),
        create_time: stream.created_ms,
        retention_period: stream.retention_hours,
        status: stream.state.as_str().to_owned(),
        stream_type: stream.stream_type.as_str().to_owned(),
        data_type: stream.data_type.as_str().to_owned(),
        partition_count: count(stream.writable()),
        auto_scale_enabled: stream.auto_scale.enabled,
        auto_scale_min_partition_count: stream.auto_scale.min,
        auto_scale_max_partition_count: stream.auto_scale.max,
        tags: tags(&stream.tags),
        sys_tags: tags(&stream.sys_tags),
    }
}

/// A stream in full, with up to `limit` partitions after `start`.
pub(super) fn detail(
    streams: &Streams,
    stream: &Stream,
    start: Option<PartitionId>,
    limit: usize,
) -> dis::StreamDetail {
    let after = |p: &&Partition| start.is_none_or(|start| p.id > start);
    let rest: Vec<_> = stream.partitions.iter().filter(after).collect();
    let page = rest.get(..limit).unwrap_or(&rest);
    let csv = |delimiter: &String| dis::CsvProperties { delimiter: Some(delimiter.clone()) };
    dis::StreamDetail {
        stream_id: stream.id.clone(),
        stream_name: stream.name.to_string(),
        create_time: stream.created_ms,
        last_modified_time: stream.modified_ms,
        retention_period: stream.retention_hours,
        status: stream.state.as_str().to_owned(),
        stream_type: stream.stream_type.as_str().to_owned(),
        data_type: stream.data_type.as_str().to_owned(),
        data_schema: stream.data_schema.clone(),
        compression_format: stream.compression_format.map(|format| format.as_str().to_owned()),
        csv_properties: stream.csv_delimiter.as_ref().map(csv),
        writable_partition_count: count(stream.writable()),
        readable_partition_count: count(stream.readable()),
        partitions: page.iter().map(|p| partition(streams, stream, p)).collect(),
        has_more_partitions: rest.len() > page.len(),
        update_partition_counts: stream.scale_records.iter().map(scale_record).collect(),
        tags: tags(&stream.tags),
        sys_tags: tags(&stream.sys_tags),
        auto_scale_enabled: stream.auto_scale.enabled,
        auto_scale_min_partition_count: stream.auto_scale.min,
        auto_scale_max_partition_count: stream.auto_scale.max,
    }
}

/// One partition as every description shows it.
pub(super) fn partition(streams: &Streams, stream: &Stream, partition: &Partition) -> dis::Partition {
    let bounds = match partition.state {
        PartitionState::Expired => None,
        _ => streams.bounds(stream, partition.id),
    };
    dis::Partition {
        status: partition.state.as_str().to_owned(),
        partition_id: partition.id.to_string(),
        hash_range: format!("[{} : {}]", partition.hash_low, partition.hash_high),
        sequence_number_range: bounds.map(|b| format!("[{} : {}]", b.earliest, b.next)),
        parent_partitions: String::new(),
    }
}

fn scale_record(record: &ScaleRecord) -> dis::ScaleRecord {
    dis::ScaleRecord {
        create_timestamp: record.at_ms,
        src_partition_count: i64::from(record.from),
        target_partition_count: record.to,
        result_code: result_code(record.outcome),
        auto_scale: record.auto,
    }
}

/// 0, or the number of the error that the attempt was answered with.
fn result_code(outcome: ScaleOutcome) -> i64 {
    match outcome {
        ScaleOutcome::Done => 0,
        ScaleOutcome::Invalid => 4200,
        ScaleOutcome::Quota => 4308,
        ScaleOutcome::Failed => 5000,
    }
}
