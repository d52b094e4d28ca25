//! Samples.

use super::sample_set::{in_set, set_of};
use super::search::placeholders;
use crate::{MetaError, Row, Tx, Value, args};

/// One sample without its annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRow {
    /// MD5 of its place, with the line for a line of a text file.
    pub sample_id: String,
    /// `bucket/key`; empty for text that is in no object.
    pub location: String,
    /// Line of a text file from 1; 0 for a whole object.
    pub line: u64,
    /// What follows the last slash of the key.
    pub name: String,
    /// What it is, as a code of the API.
    pub sample_type: i64,
    /// The text of a text sample.
    pub content: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// The object's ETag when it was added.
    pub etag: String,
    /// When the object was written, in ms since the epoch.
    pub modified_ms: i64,
    /// When the sample was added, in ms since the epoch.
    pub created_ms: i64,
    /// 0 unlabeled, 1 labeled, 2 waiting for confirmation.
    pub status: i64,
    /// TRAIN, EVAL, TEST, INFERENCE or empty.
    pub usage: String,
    /// Whether it is a hard example, if somebody said so.
    pub hard: Option<i64>,
    /// How hard, in millionths.
    pub coefficient: Option<i64>,
    /// Why it is hard: a JSON list of numbers.
    pub reasons: String,
    /// Where it came from, as a code of the API.
    pub import_origin: i64,
    /// Its other properties as a JSON object.
    pub metadata: String,
}

/// The columns of a sample, in the order [`sample_of`] reads them.
macro_rules! sample_columns {
    () => {
        "sample_id, location, line, name, sample_type, content, size, etag, modified_ms, created_ms, status, sample_usage, hard, coefficient, reasons, import_origin, metadata"
    };
}
pub(super) use sample_columns;

pub(super) fn sample_of(row: &Row) -> Result<SampleRow, MetaError> {
    Ok(SampleRow {
        sample_id: row.text(0)?,
        location: row.text(1)?,
        line: row.uint(2)?,
        name: row.text(3)?,
        sample_type: row.int(4)?,
        content: row.text_or_null(5)?,
        size: row.uint(6)?,
        etag: row.text(7)?,
        modified_ms: row.int(8)?,
        created_ms: row.int(9)?,
        status: row.int(10)?,
        usage: row.text(11)?,
        hard: row.int_or_null(12)?,
        coefficient: row.int_or_null(13)?,
        reasons: row.text(14)?,
        import_origin: row.int(15)?,
        metadata: row.text(16)?,
    })
}

/// Adds a sample; `false` if it is there already.
pub async fn insert_sample(tx: &mut dyn Tx, dataset: &str, s: &SampleRow) -> Result<bool, MetaError> {
    let sql = concat!(
        "INSERT INTO dataset_samples (set_id, ",
        sample_columns!(),
        ") VALUES (",
        set_of!(),
        ", $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (set_id, sample_id) DO NOTHING"
    );
    let args = args![
        dataset,
        &s.sample_id,
        &s.location,
        s.line,
        &s.name,
        s.sample_type,
        s.content.clone(),
        s.size,
        &s.etag,
        s.modified_ms,
        s.created_ms,
        s.status,
        &s.usage,
        s.hard,
        s.coefficient,
        &s.reasons,
        s.import_origin,
        &s.metadata,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Writes all of a sample that can change; `false` if there is none.
pub async fn update_sample(tx: &mut dyn Tx, dataset: &str, s: &SampleRow) -> Result<bool, MetaError> {
    let sql = concat!(
        "UPDATE dataset_samples SET sample_type = $3, size = $4, etag = $5, modified_ms = $6, status = $7, sample_usage = $8, hard = $9, coefficient = $10, reasons = $11, metadata = $12 WHERE ",
        in_set!(),
        " AND sample_id = $2"
    );
    let args = args![
        dataset,
        &s.sample_id,
        s.sample_type,
        s.size,
        &s.etag,
        s.modified_ms,
        s.status,
        &s.usage,
        s.hard,
        s.coefficient,
        &s.reasons,
        &s.metadata,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// The sample with this id.
pub async fn sample(tx: &mut dyn Tx, dataset: &str, id: &str) -> Result<Option<SampleRow>, MetaError> {
    let sql = concat!(
        "SELECT ",
        sample_columns!(),
        " FROM dataset_samples WHERE ",
        in_set!(),
        " AND sample_id = $2"
    );
    tx.query(sql, args![dataset, id]).await?.first().map(sample_of).transpose()
}

/// The samples with these ids that exist, in no order.
pub async fn samples_by_ids(
    tx: &mut dyn Tx,
    dataset: &str,
    ids: &[String],
) -> Result<Vec<SampleRow>, MetaError> {
    let sql = format!(
        concat!(
            "SELECT ",
            sample_columns!(),
            " FROM dataset_samples WHERE ",
            in_set!(),
            " AND sample_id IN ({})"
        ),
        placeholders(2, ids.len())
    );
    let mut args = args![dataset];
    args.extend(ids.iter().map(Value::from));
    tx.query_built(sql, args).await?.iter().map(sample_of).collect()
}

/// The location of the newest sample of this name that lies below `below` and ends in `tail`, both as `bucket/key`.
pub async fn sample_copied_from(
    tx: &mut dyn Tx,
    dataset: &str,
    (below, tail): (&str, &str),
    name: &str,
) -> Result<Option<String>, MetaError> {
    let sql = concat!(
        "SELECT location FROM dataset_samples WHERE ",
        in_set!(),
        " AND name = $2 AND substr(location, 1, length($3)) = $3 AND substr(location, length(location) - length($4) + 1) = $4 ORDER BY created_ms DESC, sample_id LIMIT 1"
    );
    tx.query(sql, args![dataset, name, below, tail]).await?.first().map(|row| row.text(0)).transpose()
}

/// Up to `limit` samples behind `after`, by place: location, line, id.
pub async fn next_samples(
    tx: &mut dyn Tx,
    dataset: &str,
    after: &(String, u64, String),
    limit: u32,
) -> Result<Vec<SampleRow>, MetaError> {
    let sql = concat!(
        "SELECT ",
        sample_columns!(),
        " FROM dataset_samples WHERE ",
        in_set!(),
        " AND (location, line, sample_id) > ($2, $3, $4) ORDER BY location, line, sample_id LIMIT $5"
    );
    let args = args![dataset, &after.0, after.1, &after.2, limit];
    tx.query(sql, args).await?.iter().map(sample_of).collect()
}

/// Removes a sample with its annotations; `false` if there is none.
pub async fn delete_sample(tx: &mut dyn Tx, dataset: &str, id: &str) -> Result<bool, MetaError> {
    super::delete_sample_labels(tx, dataset, id).await?;
    let sql = concat!("DELETE FROM dataset_samples WHERE ", in_set!(), " AND sample_id = $2");
    Ok(tx.execute(sql, args![dataset, id]).await? == 1)
}

/// Notes that somebody changed the annotations of a sample.
pub async fn mark_relabeled(tx: &mut dyn Tx, dataset: &str, id: &str, now_ms: i64) -> Result<(), MetaError> {
    let sql =
        concat!("UPDATE dataset_samples SET relabeled_ms = $3 WHERE ", in_set!(), " AND sample_id = $2");
    tx.execute(sql, args![dataset, id, now_ms]).await.map(drop)
}

/// Brings the state of a sample in line with its annotations.
pub async fn refresh_sample_status(tx: &mut dyn Tx, dataset: &str, id: &str) -> Result<(), MetaError> {
    let sql = concat!(
        "UPDATE dataset_samples SET status = (SELECT CASE WHEN COUNT(*) = 0 THEN 0 WHEN MIN(confirmed) = 0 THEN 2 ELSE 1 END FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND sample_id = $2) WHERE ",
        in_set!(),
        " AND sample_id = $2"
    );
    tx.execute(sql, args![dataset, id]).await.map(drop)
}
