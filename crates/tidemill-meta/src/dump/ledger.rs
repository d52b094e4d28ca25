//! The ledger: what happened to every range of a partition.

use crate::{MetaError, Row, Tx, args};

/// One ledger entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// The partition's index.
    pub partition: u32,
    /// Its number in the partition's chain, from 0.
    pub n: u64,
    /// The entry as JSON, exactly as hashed.
    pub body: String,
    /// SHA-256 of `body`, lower-case hexadecimal.
    pub hash: String,
}

fn entry(row: &Row) -> Result<LedgerRow, MetaError> {
    let partition = u32::try_from(row.uint(0)?).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    Ok(LedgerRow { partition, n: row.uint(1)?, body: row.text(2)?, hash: row.text(3)? })
}

pub(super) async fn insert_entry(tx: &mut dyn Tx, task_id: &str, e: &LedgerRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO dump_ledger (task_id, partition_no, n, body, hash) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![task_id, e.partition, e.n, &e.body, &e.hash]).await?;
    Ok(())
}

/// Up to `limit` entries of a partition from number `from` on.
pub async fn ledger_from(
    tx: &mut dyn Tx,
    task_id: &str,
    partition: u32,
    from: u64,
    limit: u32,
) -> Result<Vec<LedgerRow>, MetaError> {
    let sql = "SELECT partition_no, n, body, hash FROM dump_ledger WHERE task_id = $1 AND partition_no = $2 AND n >= $3 ORDER BY n LIMIT $4";
    tx.query(sql, args![task_id, partition, from, limit]).await?.iter().map(entry).collect()
}
