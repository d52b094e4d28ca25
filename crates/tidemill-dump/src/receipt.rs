//! Receipts: each deletion leaves one, chained by hash per project like the ledger.

use crate::context::Context;
use crate::ledger::{GENESIS, hash};
use crate::task::Task;
use serde::{Deserialize, Serialize};
use tidemill_meta::dump::{self, Owner, PositionRow, ReceiptRow};
use tidemill_meta::{MetaError, Tx};

/// What a deleted task left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its place in the project's chain, from 0.
    pub n: u64,
    /// Hash of the receipt before; zeros for the first.
    pub previous: String,
    /// Who deleted it.
    pub who: String,
    /// When the deletion ended, in ms since the epoch.
    pub at_ms: i64,
    /// The stream's name.
    pub stream_name: String,
    /// The task's name.
    pub task_name: String,
    /// The task.
    pub task_id: String,
    /// The bucket.
    pub bucket: String,
    /// The prefix of its objects; may be empty.
    pub prefix: String,
    /// Objects delivered, all of which were kept.
    pub objects_kept: u64,
    /// Their bytes.
    pub bytes_kept: u64,
    /// Ledger entries that could not be copied into the bucket any more.
    pub ledger_entries_missing: u64,
    /// Uploads left to the sweep: they are invisible and can never be completed.
    pub uploads_left: u64,
    /// Its partitions, ascending.
    pub partitions: Vec<ReceiptPartition>,
}

/// One partition of a deleted task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptPartition {
    /// The partition's index.
    pub partition: u32,
    /// Number of the last delivered record; -1 if there was none.
    pub last_delivered: i64,
    /// Number of the first record that was not delivered.
    pub undelivered_from: u64,
    /// The end of the partition when the task was deleted.
    pub undelivered_to: u64,
    /// Ledger entries.
    pub ledger_entries: u64,
    /// Hash of the last ledger entry; empty if there was none.
    pub ledger_head: String,
}

/// A receipt and its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// SHA-256 of its stored text; the next receipt carries it as `previous`.
    pub hash: String,
}

/// What a deletion knows at its end.
pub(crate) struct Leaving<'a> {
    pub(crate) task: &'a Task,
    pub(crate) who: &'a str,
    pub(crate) positions: &'a [PositionRow],
    pub(crate) uploads_left: usize,
}

impl Leaving<'_> {
    /// The receipt, not chained yet.
    pub(crate) fn receipt(&self, ctx: &Context) -> Receipt {
        Receipt {
            n: 0,
            previous: GENESIS.into(),
            who: self.who.to_owned(),
            at_ms: ctx.clock.now_ms(),
            stream_name: self.task.stream_name.clone(),
            task_name: self.task.name.clone(),
            task_id: self.task.id.clone(),
            bucket: self.task.bucket.clone(),
            prefix: self.task.prefix.clone(),
            objects_kept: self.positions.iter().map(|p| p.objects).sum(),
            bytes_kept: self.positions.iter().map(|p| p.bytes).sum(),
            ledger_entries_missing: self.positions.iter().map(|p| p.entries - p.sealed).sum(),
            uploads_left: self.uploads_left as u64,
            partitions: self.positions.iter().map(|p| self.partition(ctx, p)).collect(),
        }
    }

    fn partition(&self, ctx: &Context, p: &PositionRow) -> ReceiptPartition {
        let end = ctx.streams.log().bounds(self.task.partition_ref(p.partition)).map_or(p.next, |b| b.next);
        ReceiptPartition {
            partition: p.partition,
            last_delivered: p.last_seq,
            undelivered_from: p.next,
            undelivered_to: end.max(p.next),
            ledger_entries: p.entries,
            ledger_head: p.head.clone(),
        }
    }
}

/// The end of a task: its row goes, its name is free, its receipt is chained. False if it had another owner.
pub(crate) async fn end_task(
    tx: &mut dyn Tx,
    owner: &Owner,
    project: &str,
    receipt: &Receipt,
) -> Result<bool, MetaError> {
    if !dump::delete_task(tx, owner).await? {
        return Ok(false);
    }
    let mut receipt = receipt.clone();
    if let Some(last) = dump::last_receipt(tx, project).await? {
        (receipt.n, receipt.previous) = (last.n + 1, last.hash);
    }
    let body = serde_json::to_string(&receipt).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    let row = ReceiptRow {
        project: project.to_owned(),
        n: receipt.n,
        stream_name: receipt.stream_name,
        task_name: receipt.task_name,
        hash: hash(&body),
        body,
    };
    dump::insert_receipt(tx, &row).await?;
    Ok(true)
}

/// Reads a stored receipt; one that does not match its hash was altered.
pub(crate) fn read_receipt(row: ReceiptRow) -> Result<SealedReceipt, MetaError> {
    if hash(&row.body) != row.hash {
        return Err(MetaError::Unexpected(format!("receipt {} does not match its hash", row.n)));
    }
    let receipt = serde_json::from_str(&row.body).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    Ok(SealedReceipt { receipt, hash: row.hash })
}
