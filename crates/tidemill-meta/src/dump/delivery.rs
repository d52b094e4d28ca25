//! Deliveries: the intent that announces one, and the commit that ends it.

use super::{LedgerRow, Owner, PositionRow, owns};
use crate::{MetaError, Row, Tx, args};

/// The delivery under way of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentRow {
    /// The partition's index.
    pub partition: u32,
    /// Whether a complete of one of its objects may have been sent.
    pub sent: bool,
    /// Range and objects as JSON.
    pub body: String,
}

fn intent(row: &Row) -> Result<IntentRow, MetaError> {
    let partition = u32::try_from(row.uint(0)?).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    Ok(IntentRow { partition, sent: row.bool(1)?, body: row.text(2)? })
}

/// The open intents of a task, partitions ascending.
pub async fn intents(tx: &mut dyn Tx, task_id: &str) -> Result<Vec<IntentRow>, MetaError> {
    let sql = "SELECT partition_no, sent, body FROM dump_intents WHERE task_id = $1 ORDER BY partition_no";
    tx.query(sql, args![task_id]).await?.iter().map(intent).collect()
}

/// Announces a delivery or replaces the one announced before. `sent`: an object of it is published already.
pub async fn put_intent(
    tx: &mut dyn Tx,
    owner: &Owner,
    partition: u32,
    sent: bool,
    body: &str,
) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO dump_intents (task_id, partition_no, sent, body) VALUES ($1, $2, $3, $4) ON CONFLICT (task_id, partition_no) DO UPDATE SET sent = excluded.sent, body = excluded.body",
        args![&owner.task_id, partition, sent, body],
    )
    .await?;
    Ok(true)
}

/// Notes, just before it is sent, that the complete of an upload may have been sent: on the upload and, for
/// an object of a delivery, on the partition's intent. Only an owner may go on.
pub async fn mark_sent(
    tx: &mut dyn Tx,
    owner: &Owner,
    row_id: &str,
    partition: Option<u32>,
) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    let marked =
        tx.execute("UPDATE dump_uploads SET completing = 1 WHERE row_id = $1", args![row_id]).await?;
    if let Some(partition) = partition {
        let sql = "UPDATE dump_intents SET sent = 1 WHERE task_id = $1 AND partition_no = $2";
        tx.execute(sql, args![&owner.task_id, partition]).await?;
    }
    Ok(marked == 1)
}

/// A ledger entry and the position that goes with it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The position as it is stored now: what the entry was made for.
    pub before: PositionRow,
    /// The position afterwards.
    pub after: PositionRow,
    /// The entry.
    pub entry: LedgerRow,
    /// Uploads that are accounted for by this.
    pub uploads: Vec<String>,
}

/// Moves the position and adds the ledger entry, ends the partition's intent and forgets its uploads: all or
/// nothing. False if the owner or the position is not what it was any more.
pub async fn commit(tx: &mut dyn Tx, owner: &Owner, commit: &Commit) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    let (old, new, entry) = (&commit.before, &commit.after, &commit.entry);
    let moved = tx
        .execute(
            "UPDATE dump_positions SET next_seq = $5, last_seq = $6, last_ms = $7, discard = $8, objects = $9, bytes = $10, entries = entries + 1, head = $11 WHERE task_id = $1 AND partition_no = $2 AND next_seq = $3 AND entries = $4",
            args![
                &owner.task_id, old.partition, old.next, old.entries, new.next, new.last_seq, new.last_ms,
                new.discard, new.objects, new.bytes, &new.head,
            ],
        )
        .await?;
    if moved != 1 {
        return Ok(false);
    }
    super::ledger::insert_entry(tx, &owner.task_id, entry).await?;
    let sql = "DELETE FROM dump_intents WHERE task_id = $1 AND partition_no = $2";
    tx.execute(sql, args![&owner.task_id, old.partition]).await?;
    for row_id in &commit.uploads {
        super::forget_upload(tx, row_id).await?;
    }
    Ok(true)
}
