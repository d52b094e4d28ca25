//! Deleting a task, after which nothing of it can appear.
//!
//! (a) DELETE and a higher epoch, in one transaction: no write of the runner counts any more; (b) the runner
//! stops, and every recorded upload is aborted within the drain window; (c) what had been published already
//! becomes the last entries of the ledger; (d) one transaction: gone, name free, receipt; (e) the answer;
//! (f) rows and invisible parts are swept in the background.
//!
//! Only a complete that may have been sent and whose outcome cannot be learnt holds (d) up. The caller is
//! told so after a while; the deletion itself goes on, also after a restart.

use crate::commit::{Ended, commit};
use crate::context::{Context, read, tx};
use crate::error::Trouble;
use crate::intent::Intent;
use crate::ledger::{Kind, ObjectProof};
use crate::receipt::{Leaving, end_task};
use crate::recover::{Found, probe};
use crate::retry::Backoff;
use crate::seal::Sealing;
use crate::sink::ObsSink;
use crate::slot::Slot;
use crate::sweep::sweep;
use crate::task::Task;
use std::collections::BTreeMap;
use std::sync::Arc;
use tidemill_bucket::BucketError;
use tidemill_meta::dump::{self, IntentRow, Owner, PositionRow, UploadRow};

/// One deletion under way.
pub(crate) struct Deletion {
    pub(crate) ctx: Arc<Context>,
    pub(crate) task: Arc<Task>,
    pub(crate) slot: Arc<Slot>,
    /// The deletion's own epoch.
    pub(crate) owner: Owner,
    pub(crate) who: String,
}

impl Deletion {
    /// Steps (b) to (d), as often as needed; then (f) goes on in the background.
    pub(crate) async fn run(self) {
        let gate = self.slot.gate.lock().await;
        let mut deadline_ms = self.ctx.drain_ends_ms();
        self.slot.halt(&self.ctx.clock, deadline_ms).await;
        let mut backoff = Backoff::new(self.ctx.config.retry);
        loop {
            match self.attempt(deadline_ms).await {
                Ok(()) => break,
                Err(Trouble::Fenced) => return,
                Err(cause) => {
                    tracing::warn!(task = %self.task.id, %cause, "deletion of a dump task continues");
                    self.ctx.clock.sleep(backoff.next()).await;
                    deadline_ms = self.ctx.clock.now_ms() + self.ctx.config.learn.as_millis() as i64;
                }
            }
        }
        self.release();
        drop(gate);
        tokio::spawn(sweep(self.ctx, self.task.id.clone()));
    }

    /// What can be left to the sweep, or left out, gets until `deadline_ms`.
    async fn attempt(&self, deadline_ms: i64) -> Result<(), Trouble> {
        let uploads = self.ctx.uploads(&self.task.id).await?;
        let intents = self.ctx.intents(&self.task.id).await?;
        let learn = uploads.iter().any(|u| u.completing) || intents.iter().any(|i| i.sent);
        let sink = self.sink(learn, deadline_ms).await?;
        if let Some(sink) = &sink {
            self.settle(sink, uploads, deadline_ms).await?;
        }
        let rows = self.ctx.positions(&self.task.id).await?;
        let mut positions: BTreeMap<_, _> = rows.into_iter().map(|p| (p.partition, p)).collect();
        self.end_ledger(sink.as_ref(), intents, &mut positions).await?;
        if let Some(sink) = &sink {
            self.seal(sink, &mut positions, deadline_ms).await?;
        }
        self.finish(positions.into_values().collect()).await
    }

    /// The destination. `None` if it is gone, or away while nothing of it has to be learnt.
    async fn sink(&self, learn: bool, deadline_ms: i64) -> Result<Option<ObsSink>, Trouble> {
        let (project, bucket) = (&self.task.project, self.task.bucket.as_str());
        if bucket.is_empty() {
            return Ok(None);
        }
        let calls = self.slot.calls.clone();
        let open = ObsSink::open(self.ctx.clone(), project, bucket, self.owner.clone(), calls);
        let opened = if learn { Some(open.await) } else { self.ctx.before(deadline_ms, open).await };
        match opened {
            Some(Ok(sink)) => Ok(Some(sink)),
            Some(Err(BucketError::Missing)) => Ok(None),
            Some(Err(error)) if learn => Err(error.into()),
            Some(Err(_)) | None => Ok(None),
        }
    }

    /// Aborts every recorded upload. One whose complete may have been sent must be settled; any other is
    /// invisible, can never be completed, and is left to the sweep if the drain window ends first.
    async fn settle(&self, sink: &ObsSink, uploads: Vec<UploadRow>, deadline_ms: i64) -> Result<(), Trouble> {
        for upload in uploads {
            if upload.completing {
                sink.settle(&upload).await?;
                continue;
            }
            if let Some(Err(cause)) = self.ctx.before(deadline_ms, sink.settle(&upload)).await {
                tracing::debug!(task = %self.task.id, %cause, "an upload is left to the sweep");
            }
        }
        Ok(())
    }

    /// Step (c): every delivery that was published becomes a ledger entry, then each chain ends.
    async fn end_ledger(
        &self,
        sink: Option<&ObsSink>,
        intents: Vec<IntentRow>,
        positions: &mut BTreeMap<u32, PositionRow>,
    ) -> Result<(), Trouble> {
        let mut leftover: BTreeMap<u32, Vec<ObjectProof>> = BTreeMap::new();
        for row in intents.into_iter().filter(|i| i.sent) {
            let intent = Intent::from_json(&row.body).map_err(|e| Trouble::Retry(format!("intent: {e}")))?;
            let found = match sink {
                Some(sink) => probe(sink, &intent).await?,
                None => Found { missing: intent.objects.len(), ..Found::default() },
            };
            let Some(position) = positions.get_mut(&row.partition) else { continue };
            if found.is_complete() {
                let (to, count) = (intent.to, intent.count);
                let ended = Ended::new(Kind::Deliver, to, count, found.ours);
                commit(&self.ctx, &self.owner, &self.task, position, ended).await?;
            } else {
                leftover.insert(row.partition, found.ours);
            }
        }
        for position in positions.values_mut() {
            let objects = leftover.remove(&position.partition).unwrap_or_default();
            self.end_chain(position, objects).await?;
        }
        Ok(())
    }

    /// A partition that never delivered anything has no chain to end.
    async fn end_chain(&self, position: &mut PositionRow, objects: Vec<ObjectProof>) -> Result<(), Trouble> {
        if (position.entries == 0 && objects.is_empty()) || self.has_ended(position).await? {
            return Ok(());
        }
        let ended = Ended::new(Kind::End, position.next, 0, objects);
        commit(&self.ctx, &self.owner, &self.task, position, ended).await
    }

    async fn has_ended(&self, position: &PositionRow) -> Result<bool, Trouble> {
        let last = self.ctx.last_entry(&self.task.id, position).await?;
        Ok(last.is_some_and(|entry| entry.kind == Kind::End))
    }

    /// Copies the rest of the ledger into the bucket if there is time; then nothing of that may be left under
    /// way either.
    async fn seal(
        &self,
        sink: &ObsSink,
        positions: &mut BTreeMap<u32, PositionRow>,
        deadline_ms: i64,
    ) -> Result<(), Trouble> {
        let id = self.task.id.clone();
        let row = read!(self.ctx.meta, |tx, id| dump::find_task(tx, &id))?;
        let mut head = row.map(|r| r.head).unwrap_or_default();
        let sealing = Sealing { ctx: &self.ctx, sink, owner: &self.owner, task: &self.task, ended: true };
        let sealed = tokio::select! {
            biased;
            sealed = sealing.seal(positions, &mut head) => sealed,
            () = self.ctx.clock.sleep_until(deadline_ms) => Err(Trouble::Retry("no time left".into())),
        };
        match sealed {
            Ok(()) => return Ok(()),
            Err(Trouble::Fenced) => return Err(Trouble::Fenced),
            Err(cause) => {
                tracing::warn!(task = %self.task.id, %cause, "the ledger's end is not in the bucket")
            }
        }
        let uploads = self.ctx.uploads(&self.task.id).await?;
        self.settle(sink, uploads, deadline_ms).await
    }

    /// Step (d).
    async fn finish(&self, positions: Vec<PositionRow>) -> Result<(), Trouble> {
        let uploads_left = self.ctx.uploads(&self.task.id).await?.len();
        let leaving = Leaving { task: &self.task, who: &self.who, positions: &positions, uploads_left };
        let receipt = Arc::new(leaving.receipt(&self.ctx));
        let (owner, project) = (&self.owner, self.task.project.as_str().to_owned());
        let gone =
            tx!(self.ctx.meta, |tx, owner, project, receipt| end_task(tx, &owner, &project, &receipt))?;
        if gone { Ok(()) } else { Err(Trouble::Fenced) }
    }

    fn release(&self) {
        release_holds(&self.ctx, &self.task);
    }
}

/// Lets the log trim what a task held.
pub(crate) fn release_holds(ctx: &Context, task: &Task) {
    let partitions = ctx.streams.by_id(&task.stream_id).map_or(0, |s| s.partitions.len());
    for partition in 0..partitions {
        let partition = u32::try_from(partition).unwrap_or(u32::MAX);
        ctx.streams.log().hold(task.partition_ref(partition), &task.holder(), None);
    }
}
