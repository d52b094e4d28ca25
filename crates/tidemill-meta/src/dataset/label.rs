//! The labels a dataset knows.

use crate::{MetaError, Row, Tx, args};

/// One label of a dataset, keyed by name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    /// Its name.
    pub name: String,
    /// Its type, as a code of the API.
    pub label_type: i64,
    /// Its properties as a JSON object.
    pub property: String,
    /// Its attributes as a JSON list.
    pub attributes: String,
}

fn label_of(row: &Row) -> Result<LabelRow, MetaError> {
    Ok(LabelRow {
        name: row.text(0)?,
        label_type: row.int(1)?,
        property: row.text(2)?,
        attributes: row.text(3)?,
    })
}

/// Adds a label behind the others; `false` if it is there already.
pub async fn insert_label(tx: &mut dyn Tx, dataset: &str, label: &LabelRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO dataset_labels (dataset_id, name, label_type, n, property, attributes) \
               SELECT $1, $2, $3, COALESCE(MAX(n), 0) + 1, $4, $5 FROM dataset_labels WHERE dataset_id = $1 \
               ON CONFLICT (dataset_id, name, label_type) DO NOTHING";
    let args = args![dataset, &label.name, label.label_type, &label.property, &label.attributes];
    Ok(tx.execute(sql, args).await? == 1)
}

/// The label of that name and type.
pub async fn label(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
    label_type: i64,
) -> Result<Option<LabelRow>, MetaError> {
    let sql = "SELECT name, label_type, property, attributes FROM dataset_labels WHERE dataset_id = $1 AND name = $2 AND label_type = $3";
    tx.query(sql, args![dataset, name, label_type]).await?.first().map(label_of).transpose()
}

/// Labels in the order they were added.
pub async fn labels_of(
    tx: &mut dyn Tx,
    dataset: &str,
    offset: u64,
    limit: u64,
) -> Result<Vec<LabelRow>, MetaError> {
    let sql = "SELECT name, label_type, property, attributes FROM dataset_labels WHERE dataset_id = $1 ORDER BY n LIMIT $2 OFFSET $3";
    tx.query(sql, args![dataset, limit, offset]).await?.iter().map(label_of).collect()
}

/// How many labels a dataset has.
pub async fn count_labels(tx: &mut dyn Tx, dataset: &str) -> Result<u64, MetaError> {
    let sql = "SELECT COUNT(*) FROM dataset_labels WHERE dataset_id = $1";
    tx.query(sql, args![dataset]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Replaces properties and attributes of a label; `false` if there is none.
pub async fn update_label(tx: &mut dyn Tx, dataset: &str, label: &LabelRow) -> Result<bool, MetaError> {
    let sql = "UPDATE dataset_labels SET property = $4, attributes = $5 WHERE dataset_id = $1 AND name = $2 AND label_type = $3";
    let args = args![dataset, &label.name, label.label_type, &label.property, &label.attributes];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Gives a label another name, which must be free.
pub async fn rename_label(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
    label_type: i64,
    to: &str,
) -> Result<(), MetaError> {
    let sql = "UPDATE dataset_labels SET name = $4 WHERE dataset_id = $1 AND name = $2 AND label_type = $3";
    tx.execute(sql, args![dataset, name, label_type, to]).await.map(drop)
}

/// Removes a label; `false` if there is none.
pub async fn delete_label(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
    label_type: i64,
) -> Result<bool, MetaError> {
    let sql = "DELETE FROM dataset_labels WHERE dataset_id = $1 AND name = $2 AND label_type = $3";
    Ok(tx.execute(sql, args![dataset, name, label_type]).await? == 1)
}
