//! Copying the ledger into the bucket: every entry that is not there yet, then the ends of the chains.

use crate::context::Context;
use crate::error::Trouble;
use crate::key::{entry_key, head_key};
use crate::ledger::{Head, HeadPartition, SealedEntry, VERSION, hash};
use crate::sink::{Body, ObsSink};
use crate::task::Task;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use tidemill_meta::dump::{LedgerRow, Owner, PositionRow};

const ENTRIES_PER_READ: u32 = 100;

/// The ledger of one task on its way into the bucket.
pub(crate) struct Sealing<'a> {
    pub(crate) ctx: &'a Context,
    pub(crate) sink: &'a ObsSink,
    pub(crate) owner: &'a Owner,
    pub(crate) task: &'a Task,
    pub(crate) ended: bool,
}

impl Sealing<'_> {
    /// Writes what is missing; `head` is the digest of the head that is in the bucket. Repeating it writes
    /// nothing.
    pub(crate) async fn seal(
        &self,
        positions: &mut BTreeMap<u32, PositionRow>,
        head: &mut String,
    ) -> Result<(), Trouble> {
        for position in positions.values_mut() {
            while position.sealed < position.entries {
                self.entries(position).await?;
            }
        }
        self.head(positions, head).await
    }

    async fn entries(&self, position: &mut PositionRow) -> Result<(), Trouble> {
        let (id, partition) = (&self.task.id, position.partition);
        let rows = self.ctx.ledger_from(id, partition, position.sealed, ENTRIES_PER_READ).await?;
        if rows.is_empty() {
            return Err(Trouble::Fatal(format!(
                "ledger entry {} of partition {partition} is gone",
                position.sealed
            )));
        }
        for row in rows {
            let body = Body::Memory(sealed(&row)?.into());
            let published = self.sink.publish(&entry_key(id, partition, row.n), &body, None).await?;
            let now_sealed = row.n + 1;
            self.ctx.mark_sealed(self.owner, partition, now_sealed, published.upload_row).await?;
            position.sealed = now_sealed;
        }
        Ok(())
    }

    async fn head(&self, positions: &BTreeMap<u32, PositionRow>, head: &mut String) -> Result<(), Trouble> {
        let Some(text) = head_text(self.task, positions, self.ended)? else { return Ok(()) };
        let digest = hash(&text);
        if digest != *head {
            let body = Body::Memory(text.into());
            let published = self.sink.publish(&head_key(&self.task.id), &body, None).await?;
            self.ctx.set_head(self.owner, digest.clone(), published.upload_row).await?;
            *head = digest;
        }
        Ok(())
    }
}

/// Whether the bucket's copy of the ledger is behind. `head`: digest of the head that is in the bucket.
pub(crate) fn is_behind(
    task: &Task,
    positions: &BTreeMap<u32, PositionRow>,
    head: &str,
) -> Result<bool, Trouble> {
    let entries_missing = positions.values().any(|p| p.sealed < p.entries);
    Ok(entries_missing || head_text(task, positions, false)?.is_some_and(|text| hash(&text) != head))
}

/// The ends of all chains; `None` if nothing was delivered yet.
fn head_text(
    task: &Task,
    positions: &BTreeMap<u32, PositionRow>,
    ended: bool,
) -> Result<Option<String>, Trouble> {
    let partitions: Vec<_> = positions.values().filter(|p| p.entries > 0).map(end_of).collect();
    if partitions.is_empty() {
        return Ok(None);
    }
    let head = Head {
        version: VERSION,
        task_id: task.id.clone(),
        task: task.name.clone(),
        stream: task.stream_name.clone(),
        prefix: task.prefix.clone(),
        ended,
        partitions,
        bucket: task.origin.as_ref().map(|_| task.bucket.clone()),
        origin: task.origin.clone(),
    };
    serde_json::to_string(&head).map(Some).map_err(|e| Trouble::Fatal(format!("ledger head: {e}")))
}

fn end_of(p: &PositionRow) -> HeadPartition {
    HeadPartition {
        partition: p.partition,
        start: p.start,
        next: p.next,
        entries: p.entries,
        hash: p.head.clone(),
    }
}

fn sealed(row: &LedgerRow) -> Result<String, Trouble> {
    let damaged = |e: serde_json::Error| Trouble::Fatal(format!("ledger entry {}: {e}", row.n));
    let entry = RawValue::from_string(row.body.clone()).map_err(damaged)?;
    serde_json::to_string(&SealedEntry { entry, hash: row.hash.clone() }).map_err(damaged)
}
