//! Samples that were deleted while their object stayed.

use super::search::placeholders;
use crate::{MetaError, Tx, Value, args};

/// Remembers deleted samples, each an id and its `bucket/key`.
pub async fn remember_deleted_samples(
    tx: &mut dyn Tx,
    dataset: &str,
    samples: &[(String, String)],
    now_ms: i64,
) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_deleted_samples (dataset_id, sample_id, location, deleted_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (dataset_id, sample_id) DO NOTHING";
    for (id, location) in samples {
        tx.execute(sql, args![dataset, id, location, now_ms]).await?;
    }
    Ok(())
}

/// Which of `ids` are remembered as deleted.
pub async fn deleted_samples_in(
    tx: &mut dyn Tx,
    dataset: &str,
    ids: &[String],
) -> Result<Vec<String>, MetaError> {
    let sql = format!(
        "SELECT sample_id FROM dataset_deleted_samples WHERE dataset_id = $1 AND sample_id IN ({})",
        placeholders(2, ids.len())
    );
    let mut args = args![dataset];
    args.extend(ids.iter().map(Value::from));
    tx.query_built(sql, args).await?.iter().map(|row| row.text(0)).collect()
}

/// Forgets that samples were deleted: somebody brought them back.
pub async fn forget_deleted_samples(tx: &mut dyn Tx, dataset: &str, ids: &[String]) -> Result<(), MetaError> {
    let sql = "DELETE FROM dataset_deleted_samples WHERE dataset_id = $1 AND sample_id = $2";
    for id in ids {
        tx.execute(sql, args![dataset, id]).await?;
    }
    Ok(())
}
