//! Annotations of samples.

use super::sample_set::{in_set, set_of};
use super::search::placeholders;
use crate::{MetaError, Row, Tx, Value, args};

/// One annotation of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleLabelRow {
    /// The label's name; empty where the type needs none.
    pub name: String,
    /// The label's type, as a code of the API.
    pub label_type: i64,
    /// Whether somebody stands for it.
    pub confirmed: bool,
    /// How sure it is, in millionths.
    pub score: Option<i64>,
    /// Its own id: of triplets, or of what waits for confirmation.
    pub label_id: Option<String>,
    /// Who made it.
    pub annotated_by: String,
    /// Its properties as a JSON object.
    pub property: String,
    /// When it was made, in ms since the epoch, if somebody said so.
    pub created_ms: Option<i64>,
}

/// The columns of an annotation, without its set.
macro_rules! label_columns {
    () => {
        "sample_id, n, name, label_type, confirmed, score, label_id, annotated_by, property, created_ms"
    };
}
pub(super) use label_columns;

fn label_of(row: &Row) -> Result<SampleLabelRow, MetaError> {
    Ok(SampleLabelRow {
        name: row.text(1)?,
        label_type: row.int(2)?,
        confirmed: row.bool(3)?,
        score: row.int_or_null(4)?,
        label_id: row.text_or_null(5)?,
        annotated_by: row.text(6)?,
        property: row.text(7)?,
        created_ms: row.int_or_null(8)?,
    })
}

/// Adds the annotations of a sample, which must have none.
pub async fn insert_sample_labels(
    tx: &mut dyn Tx,
    dataset: &str,
    sample: &str,
    labels: &[SampleLabelRow],
) -> Result<(), MetaError> {
    let sql = concat!(
        "INSERT INTO dataset_sample_labels (set_id, ",
        label_columns!(),
        ") VALUES (",
        set_of!(),
        ", $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    );
    for (n, label) in labels.iter().enumerate() {
        let args = args![
            dataset,
            sample,
            n as u64,
            &label.name,
            label.label_type,
            label.confirmed,
            label.score,
            label.label_id.clone(),
            &label.annotated_by,
            &label.property,
            label.created_ms,
        ];
        tx.execute(sql, args).await?;
    }
    Ok(())
}

/// Removes all annotations of a sample.
pub async fn delete_sample_labels(tx: &mut dyn Tx, dataset: &str, sample: &str) -> Result<(), MetaError> {
    let sql = concat!("DELETE FROM dataset_sample_labels WHERE ", in_set!(), " AND sample_id = $2");
    tx.execute(sql, args![dataset, sample]).await.map(drop)
}

/// The annotations of some samples: the sample's id with each, in the order of the sample's list.
pub async fn labels_of_samples(
    tx: &mut dyn Tx,
    dataset: &str,
    ids: &[String],
) -> Result<Vec<(String, SampleLabelRow)>, MetaError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        concat!(
            "SELECT sample_id, name, label_type, confirmed, score, label_id, annotated_by, property, created_ms FROM dataset_sample_labels WHERE ",
            in_set!(),
            " AND sample_id IN ({}) ORDER BY sample_id, n"
        ),
        placeholders(2, ids.len())
    );
    let mut args = args![dataset];
    args.extend(ids.iter().map(Value::from));
    let rows = tx.query_built(sql, args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, label_of(row)?))).collect()
}

/// Gives all annotations with a label the label's new name.
pub async fn rename_sample_labels(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
    label_type: i64,
    to: &str,
    now_ms: i64,
) -> Result<(), MetaError> {
    let sql = concat!(
        "UPDATE dataset_samples SET relabeled_ms = $4 WHERE ",
        in_set!(),
        " AND sample_id IN (SELECT sample_id FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND name = $2 AND label_type = $3)"
    );
    tx.execute(sql, args![dataset, name, label_type, now_ms]).await?;
    let sql = concat!(
        "UPDATE dataset_sample_labels SET name = $4 WHERE ",
        in_set!(),
        " AND name = $2 AND label_type = $3"
    );
    tx.execute(sql, args![dataset, name, label_type, to]).await.map(drop)
}

/// Up to `limit` ids of samples that carry a label.
pub async fn samples_with_label(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
    label_type: i64,
    limit: u32,
) -> Result<Vec<String>, MetaError> {
    let sql = concat!(
        "SELECT DISTINCT sample_id FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND name = $2 AND label_type = $3 LIMIT $4"
    );
    tx.query(sql, args![dataset, name, label_type, limit]).await?.iter().map(|row| row.text(0)).collect()
}

/// Takes a label off a sample; how many annotations the sample has left.
pub async fn strip_label(
    tx: &mut dyn Tx,
    dataset: &str,
    sample: &str,
    name: &str,
    label_type: i64,
) -> Result<u64, MetaError> {
    let sql = concat!(
        "DELETE FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND sample_id = $2 AND name = $3 AND label_type = $4"
    );
    tx.execute(sql, args![dataset, sample, name, label_type]).await?;
    let sql = concat!("SELECT COUNT(*) FROM dataset_sample_labels WHERE ", in_set!(), " AND sample_id = $2");
    tx.query(sql, args![dataset, sample]).await?.first().map_or(Ok(0), |row| row.uint(0))
}
