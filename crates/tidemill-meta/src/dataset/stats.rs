//! Counting samples and annotations.

use crate::{MetaError, Tx, args};

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
    let sql = "SELECT status, COUNT(*) FROM dataset_samples WHERE dataset_id = $1 GROUP BY status";
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
    let sql = "SELECT COUNT(*) FROM dataset_samples WHERE dataset_id = $1 AND hard = 1";
    tx.query(sql, args![dataset]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// How often each label is used in annotations somebody stands for (or that wait for it).
pub async fn label_counts(
    tx: &mut dyn Tx,
    dataset: &str,
    confirmed: bool,
) -> Result<Vec<LabelCountRow>, MetaError> {
    let sql = "SELECT name, label_type, COUNT(*), COUNT(DISTINCT sample_id) FROM dataset_sample_labels WHERE dataset_id = $1 AND confirmed = $2 GROUP BY name, label_type";
    let rows = tx.query(sql, args![dataset, confirmed]).await?;
    let count = |row: &crate::Row| {
        Ok(LabelCountRow {
            name: row.text(0)?,
            label_type: row.int(1)?,
            annotations: row.uint(2)?,
            samples: row.uint(3)?,
        })
    };
    rows.iter().map(count).collect()
}

/// The most annotations that a sample has.
pub async fn labels_a_sample_max(tx: &mut dyn Tx, dataset: &str) -> Result<u64, MetaError> {
    let sql = "SELECT COALESCE(MAX(n) + 1, 0) FROM dataset_sample_labels WHERE dataset_id = $1";
    tx.query(sql, args![dataset]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Up to `limit` of those who made annotations, by name.
pub async fn annotators(tx: &mut dyn Tx, dataset: &str, limit: u32) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT DISTINCT annotated_by FROM dataset_sample_labels WHERE dataset_id = $1 AND annotated_by <> '' ORDER BY annotated_by LIMIT $2";
    tx.query(sql, args![dataset, limit]).await?.iter().map(|row| row.text(0)).collect()
}

/// Up to `limit` different metadata texts of samples that have any.
pub async fn metadata_texts(tx: &mut dyn Tx, dataset: &str, limit: u32) -> Result<Vec<String>, MetaError> {
    let sql =
        "SELECT DISTINCT metadata FROM dataset_samples WHERE dataset_id = $1 AND metadata <> '{}' LIMIT $2";
    tx.query(sql, args![dataset, limit]).await?.iter().map(|row| row.text(0)).collect()
}
