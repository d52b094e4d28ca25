//! Receipts: what each deleted task left behind, chained by hash per project.

use crate::{MetaError, Row, Tx, args};

/// One receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The project.
    pub project: String,
    /// Its number in the project's chain, from 0.
    pub n: u64,
    /// The stream's name.
    pub stream_name: String,
    /// The task's name.
    pub task_name: String,
    /// The receipt as JSON, exactly as hashed.
    pub body: String,
    /// SHA-256 of `body`, lower-case hexadecimal.
    pub hash: String,
}

fn receipt(row: &Row) -> Result<ReceiptRow, MetaError> {
    Ok(ReceiptRow {
        project: row.text(0)?,
        n: row.uint(1)?,
        stream_name: row.text(2)?,
        task_name: row.text(3)?,
        body: row.text(4)?,
        hash: row.text(5)?,
    })
}

/// The end of a project's chain.
pub async fn last_receipt(tx: &mut dyn Tx, project: &str) -> Result<Option<ReceiptRow>, MetaError> {
    let sql = "SELECT project, n, stream_name, task_name, body, hash FROM dump_receipts WHERE project = $1 ORDER BY n DESC LIMIT 1";
    tx.query(sql, args![project]).await?.first().map(receipt).transpose()
}

/// Adds a receipt.
pub async fn insert_receipt(tx: &mut dyn Tx, r: &ReceiptRow) -> Result<(), MetaError> {
    tx.execute(
        "INSERT INTO dump_receipts (project, n, stream_name, task_name, body, hash) VALUES ($1, $2, $3, $4, $5, $6)",
        args![&r.project, r.n, &r.stream_name, &r.task_name, &r.body, &r.hash],
    )
    .await?;
    Ok(())
}

/// Up to `limit` receipts of a project from number `from` on; only those of `stream_name` if it is given.
pub async fn receipts(
    tx: &mut dyn Tx,
    project: &str,
    stream_name: Option<&str>,
    from: u64,
    limit: u32,
) -> Result<Vec<ReceiptRow>, MetaError> {
    let (sql, args) = match stream_name {
        Some(name) => (
            "SELECT project, n, stream_name, task_name, body, hash FROM dump_receipts WHERE project = $1 AND n >= $2 AND stream_name = $4 ORDER BY n LIMIT $3",
            args![project, from, limit, name],
        ),
        None => (
            "SELECT project, n, stream_name, task_name, body, hash FROM dump_receipts WHERE project = $1 AND n >= $2 ORDER BY n LIMIT $3",
            args![project, from, limit],
        ),
    };
    tx.query(sql, args).await?.iter().map(receipt).collect()
}
