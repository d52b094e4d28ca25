//! Streams as the metadata keeps them.

use crate::policy::{Grant, GrantedAction};
use crate::stream::{
    AutoScale, CompressionFormat, DataType, Partition, PartitionState, ScaleOutcome, ScaleRecord, Stream,
    StreamState, StreamType, Tag,
};
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::stream::{PartitionRow, PolicyRow, ScalingRow, StreamRow, StreamRows, TagRow};
use tidemill_model::{Incarnation, PartitionId, ProjectId, StreamName};

const USER: &str = "user";
const SYSTEM: &str = "system";

/// All rows of a stream.
pub(crate) fn to_rows(stream: &Stream) -> StreamRows {
    StreamRows {
        stream: stream_row(stream),
        partitions: stream.partitions.iter().map(partition_row).collect(),
        scalings: stream.scale_records.iter().map(scaling_row).collect(),
        tags: tag_rows(&stream.tags, &stream.sys_tags),
        policies: stream.grants.iter().map(policy_row).collect(),
    }
}

/// The user's and the system's tags of one stream.
pub(crate) fn tag_rows(tags: &[Tag], sys_tags: &[Tag]) -> Vec<TagRow> {
    let row = |scope, tag: &Tag| TagRow { scope, name: tag.key.clone(), value: tag.value.clone() };
    let user = tags.iter().map(|tag| row(USER, tag));
    user.chain(sys_tags.iter().map(|tag| row(SYSTEM, tag))).collect()
}

fn stream_row(stream: &Stream) -> StreamRow {
    StreamRow {
        id: stream.id.clone(),
        project: stream.project.to_string(),
        name: stream.name.to_string(),
        incarnation: stream.incarnation.to_string(),
        created_ms: stream.created_ms,
        modified_ms: stream.modified_ms,
        retention_hours: stream.retention_hours,
        state: stream.state.as_str().to_owned(),
        stream_type: stream.stream_type.as_str().to_owned(),
        data_type: stream.data_type.as_str().to_owned(),
        data_schema: stream.data_schema.clone(),
        compression_format: stream.compression_format.map(|f| f.as_str().to_owned()),
        csv_delimiter: stream.csv_delimiter.clone(),
        auto_scale: stream.auto_scale.enabled,
        auto_scale_min: stream.auto_scale.min,
        auto_scale_max: stream.auto_scale.max,
    }
}

pub(crate) fn partition_row(partition: &Partition) -> PartitionRow {
    PartitionRow {
        partition: partition.id.0,
        state: partition.state.as_str().to_owned(),
        hash_low: partition.hash_low,
        hash_high: partition.hash_high,
        deleted_ms: partition.deleted_ms,
    }
}

pub(crate) fn scaling_row(record: &ScaleRecord) -> ScalingRow {
    ScalingRow {
        at_ms: record.at_ms,
        from: record.from,
        to: record.to,
        auto: record.auto,
        outcome: record.outcome.as_str().to_owned(),
    }
}

pub(crate) fn policy_row(grant: &Grant) -> PolicyRow {
    PolicyRow {
        domain_id: grant.domain_id.clone(),
        user_id: grant.user_id.clone().unwrap_or_default(),
        action: grant.action.as_str().to_owned(),
        name: grant.name.clone(),
    }
}

fn grant_of(row: &PolicyRow) -> Option<Grant> {
    Some(Grant {
        domain_id: row.domain_id.clone(),
        user_id: Some(row.user_id.clone()).filter(|id| !id.is_empty()),
        action: GrantedAction::parse(&row.action)?,
        name: row.name.clone(),
    })
}

/// The stream those rows describe; an error names the row that no version wrote.
pub(crate) fn from_rows(rows: StreamRows) -> Result<Stream, MetaError> {
    let StreamRows { stream: row, partitions, scalings, tags, policies } = rows;
    let wrong = |what: &str| MetaError::Unexpected(format!("stream {} has {what}", row.id));
    let tags_of = |scope: &str| tags.iter().filter(|t| t.scope == scope).map(tag_of).collect();
    Ok(Stream {
        name: StreamName::parse(&row.name).map_err(|e| wrong(&e.to_string()))?,
        project: ProjectId::parse(&row.project).ok_or_else(|| wrong("a wrong project"))?,
        incarnation: Incarnation::try_from(row.incarnation.clone()).map_err(|e| wrong(&e))?,
        state: StreamState::parse(&row.state).ok_or_else(|| wrong("a wrong state"))?,
        stream_type: StreamType::parse(&row.stream_type).ok_or_else(|| wrong("a wrong type"))?,
        data_type: DataType::parse(&row.data_type).ok_or_else(|| wrong("a wrong data type"))?,
        compression_format: match &row.compression_format {
            None => None,
            Some(text) => {
                Some(CompressionFormat::parse(text).ok_or_else(|| wrong("a wrong compression format"))?)
            }
        },
        partitions: partitions_of(&partitions).ok_or_else(|| wrong("wrong partitions"))?,
        scale_records: scalings
            .iter()
            .map(scale_record_of)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong("a wrong scaling"))?,
        tags: tags_of(USER),
        sys_tags: tags_of(SYSTEM),
        grants: policies
            .iter()
            .map(grant_of)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong("a wrong policy"))?,
        auto_scale: AutoScale { enabled: row.auto_scale, min: row.auto_scale_min, max: row.auto_scale_max },
        created_ms: row.created_ms,
        modified_ms: row.modified_ms,
        retention_hours: row.retention_hours,
        data_schema: row.data_schema,
        csv_delimiter: row.csv_delimiter,
        id: row.id,
        changing: Arc::default(),
        traffic: Arc::default(),
    })
}

fn tag_of(row: &TagRow) -> Tag {
    Tag { key: row.name.clone(), value: row.value.clone() }
}

fn scale_record_of(row: &ScalingRow) -> Option<ScaleRecord> {
    let outcome = ScaleOutcome::parse(&row.outcome)?;
    Some(ScaleRecord { at_ms: row.at_ms, from: row.from, to: row.to, auto: row.auto, outcome })
}

/// `None` if a state is unknown or an index is missing.
fn partitions_of(rows: &[PartitionRow]) -> Option<Vec<Partition>> {
    let in_order = rows.iter().enumerate().all(|(index, row)| row.partition as usize == index);
    let partition = |row: &PartitionRow| {
        Some(Partition {
            id: PartitionId(row.partition),
            state: PartitionState::parse(&row.state)?,
            hash_low: row.hash_low,
            hash_high: row.hash_high,
            deleted_ms: row.deleted_ms,
        })
    };
    if in_order { rows.iter().map(partition).collect() } else { None }
}
