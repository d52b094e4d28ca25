//! Counting samples and annotations.

use super::sample_set::in_set;
use super::search::placeholders;
use crate::{MetaError, Row, Tx, Value, args};

/// How many samples are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// Without annotations.
    pub unlabeled: u64,
    /// With annotations somebody stands for.
    pub labeled: u64,
    /// With annotations that wait for confirmation.
    pub unconfirmed: u64,
}

/// How often a label is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelCountRow {
    /// Its name.
    pub name: String,
    /// Its type, as a code of the API.
    pub label_type: i64,
    /// Annotations with it.
    pub annotations: u64,
    /// Samples with such an annotation.
    pub samples: u64,
}

/// How many samples of a dataset are in each state.
pub async fn status_counts(tx: &mut dyn Tx, dataset: &str) -> Result<StatusCounts, MetaError> {
    let sql = concat!("SELECT status, COUNT(*) FROM dataset_samples WHERE ", in_set!(), " GROUP BY status");
    let mut counts = StatusCounts::default();
    for row in tx.query(sql, args![dataset]).await? {
        let count = row.uint(1)?;
        match row.int(0)? {
            1 => counts.labeled = count,
            2 => counts.unconfirmed = count,
            _ => counts.unlabeled += count,
        }
    }
    Ok(counts)
}

/// How many samples are hard examples.
pub async fn hard_counts(tx: &mut dyn Tx, dataset: &str) -> Result<u64, MetaError> {
    let sql = concat!("SELECT COUNT(*) FROM dataset_samples WHERE ", in_set!(), " AND hard = 1");
    tx.query(sql, args![dataset]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// How many samples in one of some states (0 unlabeled, 1 labeled, 2 waiting) are hard examples.
pub async fn hard_counts_among(tx: &mut dyn Tx, dataset: &str, states: &[i64]) -> Result<u64, MetaError> {
    if states.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        concat!("SELECT COUNT(*) FROM dataset_samples WHERE ", in_set!(), " AND hard = 1 AND status IN ({})"),
        placeholders(2, states.len())
    );
    tx.query_built(sql, of_states(dataset, states)).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// How often each label is used in annotations somebody stands for (or that wait for it).
pub async fn label_counts(
    tx: &mut dyn Tx,
    dataset: &str,
    confirmed: bool,
) -> Result<Vec<LabelCountRow>, MetaError> {
    let sql = concat!(
        "SELECT name, label_type, COUNT(*), COUNT(DISTINCT sample_id) FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND confirmed = $2 GROUP BY name, label_type"
    );
    tx.query(sql, args![dataset, confirmed]).await?.iter().map(label_count_of).collect()
}

/// How often each label is used in annotations of samples in one of some states (0 unlabeled, 1 labeled,
/// 2 waiting), whether somebody stands for them or not.
pub async fn label_counts_among(
    tx: &mut dyn Tx,
    dataset: &str,
    states: &[i64],
) -> Result<Vec<LabelCountRow>, MetaError> {
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        concat!(
            "SELECT name, label_type, COUNT(*), COUNT(DISTINCT sample_id) FROM dataset_sample_labels WHERE ",
            in_set!(),
            " AND sample_id IN (SELECT sample_id FROM dataset_samples WHERE ",
            in_set!(),
            " AND status IN ({})) GROUP BY name, label_type"
        ),
        placeholders(2, states.len())
    );
    tx.query_built(sql, of_states(dataset, states)).await?.iter().map(label_count_of).collect()
}

fn of_states(dataset: &str, states: &[i64]) -> Vec<Value> {
    let mut args = args![dataset];
    args.extend(states.iter().map(|state| Value::from(*state)));
    args
}

fn label_count_of(row: &Row) -> Result<LabelCountRow, MetaError> {
    Ok(LabelCountRow {
        name: row.text(0)?,
        label_type: row.int(1)?,
        annotations: row.uint(2)?,
        samples: row.uint(3)?,
    })
}

/// The most annotations that a sample has.
pub async fn labels_a_sample_max(tx: &mut dyn Tx, dataset: &str) -> Result<u64, MetaError> {
    let sql = concat!("SELECT COALESCE(MAX(n) + 1, 0) FROM dataset_sample_labels WHERE ", in_set!());
    tx.query(sql, args![dataset]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Up to `limit` of those who made annotations, by name.
pub async fn annotators(tx: &mut dyn Tx, dataset: &str, limit: u32) -> Result<Vec<String>, MetaError> {
    let sql = concat!(
        "SELECT DISTINCT annotated_by FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND annotated_by <> '' ORDER BY annotated_by LIMIT $2"
    );
    tx.query(sql, args![dataset, limit]).await?.iter().map(|row| row.text(0)).collect()
}

/// Up to `limit` different metadata texts of samples that have any.
pub async fn metadata_texts(tx: &mut dyn Tx, dataset: &str, limit: u32) -> Result<Vec<String>, MetaError> {
    let sql = concat!(
        "SELECT DISTINCT metadata FROM dataset_samples WHERE ",
        in_set!(),
        " AND metadata <> '{}' LIMIT $2"
    );
    tx.query(sql, args![dataset, limit]).await?.iter().map(|row| row.text(0)).collect()
}
