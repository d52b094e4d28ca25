//! Starting from what is recorded: after a crash, a take-over, a start or a failure.
//!
//! First every recorded upload is aborted, so that nothing of an earlier attempt can appear any more. Then
//! each open delivery is adopted if its objects are there, proven by size and digest; else its range is
//! encoded again, the announced digests are replaced, and what is missing is published.

use crate::commit::Ended;
use crate::error::Trouble;
use crate::fill::{Batch, Bound, Closed};
use crate::intent::Intent;
use crate::ledger::{Kind, ObjectProof};
use crate::runner::Runner;
use crate::seal::is_behind;
use crate::sink::{ObsSink, Probe};
use crate::sweep::settle_one;
use std::collections::HashMap;
use tidemill_log::ReadError;
use tidemill_meta::dump::{IntentRow, UploadRow};

/// What the bucket has of an announced delivery.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) ours: Vec<ObjectProof>,
    pub(crate) missing: usize,
    pub(crate) foreign: usize,
}

/// An announced range, encoded again.
enum Encoded {
    Whole(Closed),
    /// The log has lost its beginning.
    Trimmed {
        earliest: u64,
    },
}

impl Found {
    pub(crate) fn is_complete(&self) -> bool {
        self.missing == 0 && self.foreign == 0
    }
}

/// Looks for every object of an announced delivery. Only meaningful after all its uploads are settled.
pub(crate) async fn probe(sink: &ObsSink, intent: &Intent) -> Result<Found, Trouble> {
    let mut found = Found::default();
    for object in &intent.objects {
        match sink.probe(object).await? {
            Probe::Ours(etag) => found.ours.push(object.proof(etag)),
            Probe::Missing => found.missing += 1,
            Probe::Foreign => found.foreign += 1,
        }
    }
    Ok(found)
}

impl Runner {
    /// Brings the task to where only new records are left to do, under its present configuration.
    pub(crate) async fn recover(&mut self) -> Result<(), Trouble> {
        if !self.ctx.owns(&self.owner).await? {
            return Err(Trouble::Fenced);
        }
        let rows = self.ctx.positions(&self.task.id).await?;
        self.positions = rows.into_iter().map(|p| (p.partition, p)).collect();
        for position in self.positions.values() {
            self.hold(position.partition, position.next);
        }
        match self.changed.clone() {
            None => self.finish().await,
            Some(changed) => self.change_to(changed).await,
        }
    }

    /// Ends what was announced, under the configuration it was announced under.
    pub(crate) async fn finish(&mut self) -> Result<(), Trouble> {
        let uploads = self.ctx.uploads(&self.task.id).await?;
        let intents = self.ctx.intents(&self.task.id).await?;
        let behind = is_behind(&self.task, &self.positions, &self.head)?;
        if uploads.is_empty() && intents.is_empty() && !behind {
            return Ok(());
        }
        let sink = self.sink().await?;
        // A newer owner's uploads are not ours to end.
        for upload in uploads.iter().filter(|u| u.epoch <= self.owner.epoch) {
            self.settle(&sink, upload).await?;
        }
        for intent in intents {
            self.resume(&sink, intent).await?;
        }
        self.seal(&sink).await
    }

    /// An upload to a bucket that the task has left is invisible; ending it is not worth a delivery.
    async fn settle(&self, sink: &ObsSink, upload: &UploadRow) -> Result<(), Trouble> {
        if upload.bucket == self.task.bucket {
            return sink.settle(upload).await;
        }
        if let Err(cause) = settle_one(&self.ctx, upload).await {
            tracing::debug!(task = %self.task.id, %cause, "an upload to an earlier bucket is left for later");
        }
        Ok(())
    }

    async fn resume(&mut self, sink: &ObsSink, row: IntentRow) -> Result<(), Trouble> {
        let partition = row.partition;
        let intent = Intent::from_json(&row.body).map_err(|e| Trouble::Fatal(format!("intent: {e}")))?;
        let position = self.positions.get(&partition).map(|p| p.next);
        if position != Some(intent.from) || intent.incarnation != self.task.incarnation.to_string() {
            return Err(Trouble::Fatal(format!(
                "partition {partition}: the announced delivery does not fit"
            )));
        }
        // What was never sent cannot be there.
        let nothing = Found { missing: intent.objects.len(), ..Found::default() };
        let found = if row.sent { probe(sink, &intent).await? } else { nothing };
        if found.is_complete() {
            let (to, count) = (intent.to, intent.count);
            let ended = Ended::new(Kind::Deliver, to, count, found.ours);
            return self.commit(partition, ended).await;
        }
        match self.encode_again(partition, &intent).await? {
            Encoded::Whole(closed) => self.redo(sink, partition, closed, found).await,
            // Nothing of it is published: only what is gone from the log is lost, the rest is delivered anew.
            Encoded::Trimmed { earliest } if found.ours.is_empty() && found.foreign == 0 => {
                self.gap(partition, earliest.min(intent.to), vec![]).await
            }
            // What is published of it stays, and the ledger says so.
            Encoded::Trimmed { .. } => self.gap(partition, intent.to, found.ours).await,
        }
    }

    /// Encodes the announced range with the announced time.
    async fn encode_again(&self, partition: u32, intent: &Intent) -> Result<Encoded, Trouble> {
        let bound = Bound { bytes: u64::MAX, to: intent.to, now_ms: intent.cut_ms };
        let mut batch = Batch::new(partition, intent.from);
        while batch.to < intent.to {
            let page = match self.read(partition, batch.to).await {
                Ok(page) => page,
                Err(ReadError::Trimmed { earliest, .. }) => return Ok(Encoded::Trimmed { earliest }),
                Err(ReadError::Beyond { next, .. }) => return Err(lost_tail(partition, next, intent.to)),
                Err(error) => return Err(Trouble::Retry(format!("partition {partition}: {error}"))),
            };
            if page.next == batch.to {
                return Err(lost_tail(partition, page.next, intent.to));
            }
            batch = self.encode(batch, page, bound).await?;
            if batch.is_full() {
                return Err(Trouble::Fatal(format!(
                    "partition {partition}: the delivery cannot be encoded again"
                )));
            }
        }
        self.close(batch, intent.cut_ms).await.map(Encoded::Whole)
    }

    async fn redo(
        &mut self,
        sink: &ObsSink,
        partition: u32,
        closed: Closed,
        found: Found,
    ) -> Result<(), Trouble> {
        let same = |proof: &ObjectProof| {
            closed.intent.objects.iter().any(|o| o.key == proof.key && o.sha256 == proof.sha256)
        };
        let kept: HashMap<_, _> =
            found.ours.iter().filter(|p| same(p)).map(|p| (p.key.clone(), p.etag.clone())).collect();
        let replaces = found.foreign > 0 || kept.len() < found.ours.len();
        // An object of ours in another encoding was published, too.
        let sent = !found.ours.is_empty() || found.foreign > 0;
        self.announce(partition, &closed.intent, sent).await?;
        let kind = if replaces { Kind::Replace } else { Kind::Deliver };
        self.publish(sink, partition, closed, kept, kind).await
    }
}

fn lost_tail(partition: u32, next: u64, wanted: u64) -> Trouble {
    Trouble::Fatal(format!(
        "partition {partition} ends at {next} in the log, but a delivery up to {wanted} was announced: the log lost records"
    ))
}
