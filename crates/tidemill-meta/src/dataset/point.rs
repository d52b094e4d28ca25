//! How many samples datasets had over time.

use super::sample_set::in_set;
use crate::{MetaError, Tx, args};

/// The samples of a dataset at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointRow {
    /// Milliseconds since the epoch.
    pub at_ms: i64,
    /// All of them.
    pub total: u64,
    /// Without labels.
    pub unlabeled: u64,
    /// With labels.
    pub labeled: u64,
}

/// Ids of datasets whose samples changed since `since_ms`.
pub async fn changed_datasets(tx: &mut dyn Tx, since_ms: i64) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT dataset_id FROM datasets WHERE data_updated_ms >= $1 ORDER BY dataset_id";
    tx.query(sql, args![since_ms]).await?.iter().map(|row| row.text(0)).collect()
}

/// The samples of a dataset as they are now.
pub async fn count_samples_now(tx: &mut dyn Tx, dataset_id: &str, at_ms: i64) -> Result<PointRow, MetaError> {
    let sql = concat!("SELECT status, COUNT(*) FROM dataset_samples WHERE ", in_set!(), " GROUP BY status");
    let mut point = PointRow { at_ms, total: 0, unlabeled: 0, labeled: 0 };
    for row in tx.query(sql, args![dataset_id]).await? {
        let (status, count) = (row.int(0)?, row.uint(1)?);
        point.total += count;
        match status {
            0 => point.unlabeled += count,
            1 => point.labeled += count,
            _ => {}
        }
    }
    Ok(point)
}

/// Keeps a point; a later one of the same time replaces it.
pub async fn put_point(tx: &mut dyn Tx, dataset_id: &str, p: &PointRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_points (dataset_id, at_ms, total, unlabeled, labeled) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (dataset_id, at_ms) DO UPDATE SET total = excluded.total, unlabeled = excluded.unlabeled, \
               labeled = excluded.labeled";
    tx.execute(sql, args![dataset_id, p.at_ms, p.total, p.unlabeled, p.labeled]).await.map(drop)
}

/// The points from `start_ms` to `end_ms` and the last one before, oldest first, at most `limit`: the newest.
pub async fn points(
    tx: &mut dyn Tx,
    dataset_id: &str,
    start_ms: i64,
    end_ms: i64,
    limit: u64,
) -> Result<Vec<PointRow>, MetaError> {
    let sql = "SELECT at_ms, total, unlabeled, labeled FROM dataset_points WHERE dataset_id = $1 AND at_ms <= $3 AND at_ms >= \
               COALESCE((SELECT MAX(at_ms) FROM dataset_points WHERE dataset_id = $1 AND at_ms < $2), $2) \
               ORDER BY at_ms DESC LIMIT $4";
    let rows = tx.query(sql, args![dataset_id, start_ms, end_ms, limit]).await?;
    let point = |row: &crate::Row| {
        Ok(PointRow {
            at_ms: row.int(0)?,
            total: row.uint(1)?,
            unlabeled: row.uint(2)?,
            labeled: row.uint(3)?,
        })
    };
    rows.iter().rev().map(point).collect()
}

/// Forgets points before `before_ms`.
pub async fn trim_points(tx: &mut dyn Tx, before_ms: i64) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_points WHERE at_ms < $1", args![before_ms]).await.map(drop)
}

/// Removes all points of a dataset.
pub async fn delete_points(tx: &mut dyn Tx, dataset_id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_points WHERE dataset_id = $1", args![dataset_id]).await.map(drop)
}
