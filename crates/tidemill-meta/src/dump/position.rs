//! How far each partition of a task is delivered.

use super::{Owner, owns};
use crate::{MetaError, Row, Tx, args};

/// The position of one partition and the end of its ledger chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionRow {
    /// The partition's index.
    pub partition: u32,
    /// Where the task began.
    pub start: u64,
    /// Number of the first record that is not delivered.
    pub next: u64,
    /// Number of the last delivered record; -1 before the first.
    pub last_seq: i64,
    /// When it was delivered, in ms since the epoch; 0 before the first.
    pub last_ms: i64,
    /// Records that were lost to trimming.
    pub discard: u64,
    /// Objects delivered.
    pub objects: u64,
    /// Bytes delivered.
    pub bytes: u64,
    /// Ledger entries.
    pub entries: u64,
    /// Ledger entries that are in the bucket, too.
    pub sealed: u64,
    /// Hash of the last ledger entry; empty before the first.
    pub head: String,
}

impl PositionRow {
    /// A partition of which nothing is delivered yet.
    pub fn starting_at(partition: u32, start: u64) -> Self {
        Self {
            partition,
            start,
            next: start,
            last_seq: -1,
            last_ms: 0,
            discard: 0,
            objects: 0,
            bytes: 0,
            entries: 0,
            sealed: 0,
            head: String::new(),
        }
    }
}

fn position(row: &Row) -> Result<PositionRow, MetaError> {
    let wide = |column: usize| row.uint(column);
    let partition = u32::try_from(wide(0)?).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    Ok(PositionRow {
        partition,
        start: wide(1)?,
        next: wide(2)?,
        last_seq: row.int(3)?,
        last_ms: row.int(4)?,
        discard: wide(5)?,
        objects: wide(6)?,
        bytes: wide(7)?,
        entries: wide(8)?,
        sealed: wide(9)?,
        head: row.text(10)?,
    })
}

/// The positions of a task, partitions ascending.
pub async fn positions(tx: &mut dyn Tx, task_id: &str) -> Result<Vec<PositionRow>, MetaError> {
    let sql = "SELECT partition_no, start_seq, next_seq, last_seq, last_ms, discard, objects, bytes, entries, sealed, head FROM dump_positions WHERE task_id = $1 ORDER BY partition_no";
    tx.query(sql, args![task_id]).await?.iter().map(position).collect()
}

pub(super) async fn insert_position(
    tx: &mut dyn Tx,
    task_id: &str,
    p: &PositionRow,
) -> Result<(), MetaError> {
    tx.execute(
        "INSERT INTO dump_positions (task_id, partition_no, start_seq, next_seq, last_seq, last_ms, discard, objects, bytes, entries, sealed, head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            task_id, p.partition, p.start, p.next, p.last_seq, p.last_ms, p.discard, p.objects, p.bytes,
            p.entries, p.sealed, &p.head,
        ],
    )
    .await?;
    Ok(())
}

/// Adds a partition that the stream got after the task was made.
pub async fn add_position(tx: &mut dyn Tx, owner: &Owner, p: &PositionRow) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    insert_position(tx, &owner.task_id, p).await?;
    Ok(true)
}

/// Notes that the first `sealed` ledger entries are in the bucket and forgets the upload that wrote the last.
pub async fn mark_sealed(
    tx: &mut dyn Tx,
    owner: &Owner,
    partition: u32,
    sealed: u64,
    upload_row: &str,
) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    let sql = "UPDATE dump_positions SET sealed = $3 WHERE task_id = $1 AND partition_no = $2";
    tx.execute(sql, args![&owner.task_id, partition, sealed]).await?;
    super::forget_upload(tx, upload_row).await?;
    Ok(true)
}
