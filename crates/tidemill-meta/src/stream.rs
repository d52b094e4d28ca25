//! Streams with their partitions, scalings and tags.

use crate::{MetaError, Row, Tx, args};
use tidemill_model::limits::SCALINGS_REMEMBERED;

/// A stream. Words and ranges are checked by the stream crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    /// Its id, never reused.
    pub id: String,
    /// Id of its project.
    pub project: String,
    /// Its name, unique in the project.
    pub name: String,
    /// Its life in the log: 32 hexadecimal characters.
    pub incarnation: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Milliseconds since the epoch.
    pub modified_ms: i64,
    /// Hours records are kept.
    pub retention_hours: i64,
    /// `CREATING`, `RUNNING` or `TERMINATING`.
    pub state: String,
    /// `COMMON` or `ADVANCED`.
    pub stream_type: String,
    /// `BLOB`, `JSON` or `CSV`.
    pub data_type: String,
    /// Avro schema text.
    pub data_schema: Option<String>,
    /// `snappy`, `gzip` or `zip`.
    pub compression_format: Option<String>,
    /// The delimiter of CSV payloads.
    pub csv_delimiter: Option<String>,
    /// Whether the number of partitions follows the load.
    pub auto_scale: bool,
    /// Never fewer partitions than this.
    pub auto_scale_min: Option<i64>,
    /// Never more partitions than this.
    pub auto_scale_max: Option<i64>,
}

/// A partition of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionRow {
    /// Its index.
    pub partition: u32,
    /// `CREATING`, `ACTIVE`, `DELETED` or `EXPIRED`.
    pub state: String,
    /// Smallest hash routed to it.
    pub hash_low: u64,
    /// Largest hash routed to it.
    pub hash_high: u64,
    /// When it stopped taking records, in milliseconds since the epoch.
    pub deleted_ms: Option<i64>,
}

/// A change of the number of partitions, or an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalingRow {
    /// Milliseconds since the epoch.
    pub at_ms: i64,
    /// Active partitions before.
    pub from: u32,
    /// Active partitions asked for; of an attempt that was refused any number.
    pub to: i64,
    /// Whether the load asked for it.
    pub auto: bool,
    /// [`SCALED`], or why it was not done: `INVALID`, `QUOTA` or `FAILED`.
    pub outcome: String,
}

/// The outcome of a change of the number of partitions that was done.
pub const SCALED: &str = "DONE";

/// A label of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRow {
    /// `user` or `system`.
    pub scope: &'static str,
    /// Its key.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Who else may use a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// Id of an account.
    pub domain_id: String,
    /// Id of a user of it; empty for all.
    pub user_id: String,
    /// `putRecords`, `getRecords` or `getStreamInfo`.
    pub action: String,
    /// What the owner calls whom it lets in.
    pub name: String,
}

/// A stream with all that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRows {
    /// The stream itself.
    pub stream: StreamRow,
    /// Ascending by index.
    pub partitions: Vec<PartitionRow>,
    /// Oldest first.
    pub scalings: Vec<ScalingRow>,
    /// Ascending by key.
    pub tags: Vec<TagRow>,
    /// Ascending by name and action.
    pub policies: Vec<PolicyRow>,
}

fn stream_of(row: &Row) -> Result<StreamRow, MetaError> {
    Ok(StreamRow {
        id: row.text(0)?,
        project: row.text(1)?,
        name: row.text(2)?,
        incarnation: row.text(3)?,
        created_ms: row.int(4)?,
        modified_ms: row.int(5)?,
        retention_hours: row.int(6)?,
        state: row.text(7)?,
        stream_type: row.text(8)?,
        data_type: row.text(9)?,
        data_schema: row.text_or_null(10)?,
        compression_format: row.text_or_null(11)?,
        csv_delimiter: row.text_or_null(12)?,
        auto_scale: row.bool(13)?,
        auto_scale_min: row.int_or_null(14)?,
        auto_scale_max: row.int_or_null(15)?,
    })
}

fn index_of(row: &Row, column: usize) -> Result<u32, MetaError> {
    u32::try_from(row.int(column)?).map_err(|e| MetaError::Unexpected(e.to_string()))
}

fn partition_of(row: &Row) -> Result<PartitionRow, MetaError> {
    Ok(PartitionRow {
        partition: index_of(row, 0)?,
        state: row.text(1)?,
        hash_low: row.uint(2)?,
        hash_high: row.uint(3)?,
        deleted_ms: row.int_or_null(4)?,
    })
}

fn scaling_of(row: &Row) -> Result<ScalingRow, MetaError> {
    Ok(ScalingRow {
        at_ms: row.int(0)?,
        from: index_of(row, 1)?,
        to: row.int(2)?,
        auto: row.bool(3)?,
        outcome: row.text(4)?,
    })
}

fn tag_of(row: &Row) -> Result<TagRow, MetaError> {
    let scope = if row.text(0)? == "system" { "system" } else { "user" };
    Ok(TagRow { scope, name: row.text(1)?, value: row.text(2)? })
}

/// All streams of all projects.
pub async fn streams(tx: &mut dyn Tx) -> Result<Vec<StreamRows>, MetaError> {
    let sql = "SELECT id, project, name, incarnation, created_ms, modified_ms, retention_hours, state, \
               stream_type, data_type, data_schema, compression_format, csv_delimiter, auto_scale, \
               auto_scale_min, auto_scale_max FROM streams ORDER BY id";
    let rows = tx.query(sql, args![]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let stream = stream_of(row)?;
        all.push(StreamRows {
            partitions: partitions(tx, &stream.id).await?,
            scalings: scalings(tx, &stream.id).await?,
            tags: tags(tx, &stream.id).await?,
            policies: policies(tx, &stream.id).await?,
            stream,
        });
    }
    Ok(all)
}

async fn partitions(tx: &mut dyn Tx, stream_id: &str) -> Result<Vec<PartitionRow>, MetaError> {
    let sql = "SELECT partition, state, hash_low, hash_high, deleted_ms FROM stream_partitions \
               WHERE stream_id = $1 ORDER BY partition";
    tx.query(sql, args![stream_id]).await?.iter().map(partition_of).collect()
}

async fn scalings(tx: &mut dyn Tx, stream_id: &str) -> Result<Vec<ScalingRow>, MetaError> {
    let sql = "SELECT at_ms, partitions_from, partitions_to, auto, outcome FROM stream_scalings \
               WHERE stream_id = $1 ORDER BY number";
    tx.query(sql, args![stream_id]).await?.iter().map(scaling_of).collect()
}

async fn tags(tx: &mut dyn Tx, stream_id: &str) -> Result<Vec<TagRow>, MetaError> {
    let sql = "SELECT scope, name, value FROM stream_tags WHERE stream_id = $1 ORDER BY scope, name";
    tx.query(sql, args![stream_id]).await?.iter().map(tag_of).collect()
}

async fn policies(tx: &mut dyn Tx, stream_id: &str) -> Result<Vec<PolicyRow>, MetaError> {
    let of = |row: &Row| {
        let (domain_id, user_id) = (row.text(0)?, row.text(1)?);
        Ok(PolicyRow { domain_id, user_id, action: row.text(2)?, name: row.text(3)? })
    };
    let sql = "SELECT domain_id, user_id, action, name FROM stream_policies WHERE stream_id = $1 \
               ORDER BY name, action";
    tx.query(sql, args![stream_id]).await?.iter().map(of).collect()
}

/// Replaces all policies of a stream.
pub async fn put_policies(tx: &mut dyn Tx, stream_id: &str, rows: &[PolicyRow]) -> Result<(), MetaError> {
    tx.execute("DELETE FROM stream_policies WHERE stream_id = $1", args![stream_id]).await?;
    for row in rows {
        let sql = "INSERT INTO stream_policies (stream_id, domain_id, user_id, action, name) \
                   VALUES ($1, $2, $3, $4, $5)";
        let args = args![stream_id, &row.domain_id, &row.user_id, &row.action, &row.name];
        tx.execute(sql, args).await?;
    }
    Ok(())
}

/// Adds a stream with its partitions and tags; `false` if the project has one of that name.
pub async fn insert_stream(tx: &mut dyn Tx, rows: &StreamRows) -> Result<bool, MetaError> {
    let s = &rows.stream;
    let sql = "INSERT INTO streams (id, project, name, incarnation, created_ms, modified_ms, \
               retention_hours, state, stream_type, data_type, data_schema, compression_format, \
               csv_delimiter, auto_scale, auto_scale_min, auto_scale_max) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
               ON CONFLICT (project, name) DO NOTHING";
    let args = args![
        &s.id,
        &s.project,
        &s.name,
        &s.incarnation,
        s.created_ms,
        s.modified_ms,
        s.retention_hours,
        &s.state,
        &s.stream_type,
        &s.data_type,
        s.data_schema.clone(),
        s.compression_format.clone(),
        s.csv_delimiter.clone(),
        s.auto_scale,
        s.auto_scale_min,
        s.auto_scale_max,
    ];
    if tx.execute(sql, args).await? == 0 {
        return Ok(false);
    }
    put_partitions(tx, &s.id, &rows.partitions).await?;
    for tag in &rows.tags {
        let sql = "INSERT INTO stream_tags (stream_id, scope, name, value) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, args![&s.id, tag.scope, &tag.name, &tag.value]).await?;
    }
    Ok(true)
}

/// Active partitions of the project's streams of one type, streams being deleted included.
pub async fn active_partitions(tx: &mut dyn Tx, project: &str, stream_type: &str) -> Result<u64, MetaError> {
    let sql = "SELECT COUNT(*) FROM streams s JOIN stream_partitions p ON p.stream_id = s.id \
               WHERE s.project = $1 AND s.stream_type = $2 AND p.state = 'ACTIVE'";
    tx.query(sql, args![project, stream_type]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Adds partitions or replaces what is known of them.
pub async fn put_partitions(
    tx: &mut dyn Tx,
    stream_id: &str,
    partitions: &[PartitionRow],
) -> Result<(), MetaError> {
    for p in partitions {
        let sql = "INSERT INTO stream_partitions (stream_id, partition, state, hash_low, hash_high, deleted_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (stream_id, partition) DO UPDATE SET \
                   state = excluded.state, hash_low = excluded.hash_low, \
                   hash_high = excluded.hash_high, deleted_ms = excluded.deleted_ms";
        let args = args![stream_id, p.partition, &p.state, p.hash_low, p.hash_high, p.deleted_ms];
        tx.execute(sql, args).await?;
    }
    Ok(())
}

/// Moves a stream on to `state` if it is in one of the states `from`; `false` if it is not.
pub async fn set_stream_state(
    tx: &mut dyn Tx,
    id: &str,
    from: [&str; 3],
    state: &str,
) -> Result<bool, MetaError> {
    let sql = "UPDATE streams SET state = $2 WHERE id = $1 AND state IN ($3, $4, $5)";
    Ok(tx.execute(sql, args![id, state, from[0], from[1], from[2]]).await? == 1)
}

/// Notes that a running stream changed at `modified_ms`; `false` if it does not run.
pub async fn touch_stream(tx: &mut dyn Tx, id: &str, modified_ms: i64) -> Result<bool, MetaError> {
    let sql = "UPDATE streams SET modified_ms = $2 WHERE id = $1 AND state = 'RUNNING'";
    Ok(tx.execute(sql, args![id, modified_ms]).await? == 1)
}

/// Writes a running stream's settings: retention, data type and schema, auto scaling; `false` if it does not
/// run.
pub async fn update_settings(tx: &mut dyn Tx, s: &StreamRow) -> Result<bool, MetaError> {
    let sql = "UPDATE streams SET modified_ms = $2, retention_hours = $3, data_type = $4, data_schema = $5, \
               auto_scale = $6, auto_scale_min = $7, auto_scale_max = $8 WHERE id = $1 AND state = 'RUNNING'";
    let args = args![
        &s.id,
        s.modified_ms,
        s.retention_hours,
        &s.data_type,
        s.data_schema.clone(),
        s.auto_scale,
        s.auto_scale_min,
        s.auto_scale_max,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Notes a change of the number of partitions, or an attempt. The newest changes are kept, and as many of the
/// newest attempts that were refused: whoever is refused often makes no change forgotten.
pub async fn insert_scaling(tx: &mut dyn Tx, stream_id: &str, row: &ScalingRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO stream_scalings \
               (stream_id, number, at_ms, partitions_from, partitions_to, auto, outcome) \
               SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 \
               FROM stream_scalings WHERE stream_id = $1";
    let args = args![stream_id, row.at_ms, row.from, row.to, row.auto, &row.outcome];
    tx.execute(sql, args).await?;
    let forget = if row.outcome == SCALED {
        "DELETE FROM stream_scalings WHERE stream_id = $1 AND outcome = $2 AND number <= \
         (SELECT number FROM stream_scalings WHERE stream_id = $1 AND outcome = $2 \
          ORDER BY number DESC LIMIT 1 OFFSET $3)"
    } else {
        "DELETE FROM stream_scalings WHERE stream_id = $1 AND outcome <> $2 AND number <= \
         (SELECT number FROM stream_scalings WHERE stream_id = $1 AND outcome <> $2 \
          ORDER BY number DESC LIMIT 1 OFFSET $3)"
    };
    tx.execute(forget, args![stream_id, SCALED, SCALINGS_REMEMBERED as i64]).await?;
    Ok(())
}

/// Removes a stream and all that hangs on it.
pub async fn delete_stream(tx: &mut dyn Tx, id: &str) -> Result<(), MetaError> {
    for sql in [
        "DELETE FROM checkpoints WHERE stream_id = $1",
        "DELETE FROM traffic_hours WHERE stream_id = $1",
        "DELETE FROM stream_policies WHERE stream_id = $1",
        "DELETE FROM stream_tags WHERE stream_id = $1",
        "DELETE FROM stream_scalings WHERE stream_id = $1",
        "DELETE FROM stream_partitions WHERE stream_id = $1",
        "DELETE FROM streams WHERE id = $1",
    ] {
        tx.execute(sql, args![id]).await?;
    }
    Ok(())
}
