//! Delivering a partition: read, encode, announce, publish, commit.

use crate::commit::{Ended, commit};
use crate::error::Trouble;
use crate::fill::{Batch, Bound, Closed};
use crate::intent::Intent;
use crate::key::ERROR_DIRECTORY;
use crate::ledger::{Kind, ObjectProof};
use crate::runner::Runner;
use crate::sink::{Body, ObsSink};
use std::collections::HashMap;
use tidemill_log::{Page, ReadError, ReadLimit, Scope};
use tidemill_model::{EventKind, PartitionId};

/// What one read of the log may return: bounds the memory of a task.
const READ: ReadLimit = ReadLimit { bytes: 1024 * 1024, records: 10_000, at_least_one: true };

/// How filling a batch ended.
enum Filled {
    /// It has everything up to the bound.
    CaughtUp,
    /// It takes no more, or the records after it are gone: it has to be delivered first.
    Cut,
}

impl Runner {
    /// Encodes what is new without delivering it; only full files are delivered.
    pub(crate) async fn read_ahead(&mut self) -> Result<(), Trouble> {
        let partitions: Vec<u32> = self.positions.keys().copied().collect();
        let mut delivered = None;
        for partition in partitions {
            let Some(end) = self.end(partition)? else { continue };
            while self.spooled() < self.ctx.config.spool_bytes_max
                && let Filled::Cut = self.fill(partition, end, self.ctx.config.file_bytes_max).await?
            {
                let sink = self.sink().await?;
                self.deliver(&sink, partition).await?;
                delivered = Some(sink);
            }
        }
        match delivered {
            Some(sink) => self.seal(&sink).await,
            None => Ok(()),
        }
    }

    fn spooled(&self) -> u64 {
        self.batches.values().map(|b| b.spooled).sum()
    }

    /// Delivers everything there is now, one partition after the other, then seals the ledger.
    pub(crate) async fn flush(&mut self, sink: &ObsSink) -> Result<(), Trouble> {
        let partitions: Vec<u32> = self.positions.keys().copied().collect();
        for partition in partitions {
            let Some(end) = self.end(partition)? else { continue };
            loop {
                let filled = self.fill(partition, end, self.ctx.config.file_bytes_max).await?;
                self.deliver(sink, partition).await?;
                if let Filled::CaughtUp = filled {
                    break;
                }
            }
        }
        self.seal(sink).await
    }

    /// The durable end of a partition; `None` if it is expired and forgotten. A log that lost its tail stops
    /// the task instead of handing the lost numbers out again.
    fn end(&self, partition: u32) -> Result<Option<u64>, Trouble> {
        let Some(bounds) = self.ctx.streams.log().bounds(self.task.partition_ref(partition)) else {
            let stream = self.ctx.streams.by_id(&self.task.stream_id);
            let readable = stream
                .is_some_and(|s| s.partition(PartitionId(partition)).is_some_and(|p| p.state.is_readable()));
            let missing = || Trouble::Retry(format!("partition {partition} is not in the log"));
            return if readable { Err(missing()) } else { Ok(None) };
        };
        let next = self.positions.get(&partition).map_or(0, |p| p.next);
        if bounds.next < next {
            return Err(Trouble::Fatal(format!(
                "partition {partition} ends at {} in the log, but was delivered up to {next}: the log lost records",
                bounds.next
            )));
        }
        Ok(Some(bounds.next))
    }

    async fn fill(&mut self, partition: u32, end: u64, bytes_max: u64) -> Result<Filled, Trouble> {
        let start = self.positions.get(&partition).map_or(0, |p| p.next);
        let mut batch = self.batches.remove(&partition).unwrap_or_else(|| Batch::new(partition, start));
        let filled = loop {
            if batch.is_full() {
                break Filled::Cut;
            }
            if batch.to >= end {
                break Filled::CaughtUp;
            }
            match self.read(partition, batch.to).await {
                Ok(page) if page.next == batch.to => break Filled::CaughtUp,
                Ok(page) => {
                    let bound = Bound { bytes: bytes_max, to: end, now_ms: self.ctx.clock.now_ms() };
                    batch = self.encode(batch, page, bound).await?;
                }
                Err(ReadError::Trimmed { .. }) if batch.count > 0 => break Filled::Cut,
                Err(ReadError::Trimmed { earliest, .. }) => {
                    self.gap(partition, earliest, Vec::new()).await?;
                    batch = Batch::new(partition, earliest);
                }
                Err(error) => return Err(Trouble::Retry(format!("partition {partition}: {error}"))),
            }
        };
        self.batches.insert(partition, batch);
        Ok(filled)
    }

    pub(crate) async fn read(&self, partition: u32, from: u64) -> Result<Page, ReadError> {
        self.ctx.streams.log().read(self.task.partition_ref(partition), from, READ, Scope::Held).await
    }

    pub(crate) async fn encode(&self, batch: Batch, page: Page, bound: Bound) -> Result<Batch, Trouble> {
        batch.append(page, self.task.clone(), self.spool_dir.clone(), bound).await
    }

    /// Records that were trimmed before they could be delivered: the ledger says so and the task goes on.
    pub(crate) async fn gap(
        &mut self,
        partition: u32,
        to: u64,
        objects: Vec<ObjectProof>,
    ) -> Result<(), Trouble> {
        let from = self.positions.get(&partition).map_or(0, |p| p.next);
        tracing::warn!(task = %self.task.id, partition, from, to, "records were trimmed before they were delivered");
        metrics::counter!("tidemill_dump_gaps_total").increment(1);
        self.raise(
            EventKind::DumpTaskAbnormal,
            format!("partition {partition}: records {from} to {to} were trimmed before they were delivered"),
        );
        self.commit(partition, Ended::new(Kind::Gap, to, 0, objects)).await
    }

    /// Delivers what is encoded of a partition, if anything is.
    async fn deliver(&mut self, sink: &ObsSink, partition: u32) -> Result<(), Trouble> {
        let Some(batch) = self.batches.remove(&partition) else { return Ok(()) };
        if batch.count == 0 {
            return Ok(());
        }
        let closed = self.close(batch, self.ctx.clock.now_ms()).await?;
        self.announce(partition, &closed.intent, false).await?;
        self.publish(sink, partition, closed, HashMap::new(), Kind::Deliver).await
    }

    pub(crate) async fn close(&self, batch: Batch, cut_ms: i64) -> Result<Closed, Trouble> {
        let task = self.task.clone();
        let closed = tokio::task::spawn_blocking(move || batch.close(&task, cut_ms)).await;
        Ok(closed.map_err(|e| Trouble::Retry(format!("encoding: {e}")))??)
    }

    pub(crate) async fn announce(&self, partition: u32, intent: &Intent, sent: bool) -> Result<(), Trouble> {
        let body = intent.to_json().map_err(|e| Trouble::Fatal(format!("intent: {e}")))?;
        self.ctx.put_intent(&self.owner, partition, sent, body).await
    }

    /// Publishes the objects of an announced delivery and commits it. `proven`: ETags of objects that are
    /// there already, by key.
    pub(crate) async fn publish(
        &mut self,
        sink: &ObsSink,
        partition: u32,
        closed: Closed,
        proven: HashMap<String, Option<String>>,
        kind: Kind,
    ) -> Result<(), Trouble> {
        let mut ended = Ended {
            kind,
            to: closed.intent.to,
            count: closed.intent.count,
            objects: Vec::with_capacity(closed.files.len()),
            uploads: Vec::new(),
            bucket: None,
        };
        for (object, file) in closed.intent.objects.iter().zip(closed.files) {
            let etag = match proven.get(&object.key) {
                Some(etag) => etag.clone(),
                None => {
                    let done = sink.publish(&object.key, &Body::Spooled(file), Some(partition)).await?;
                    ended.uploads.push(done.upload_row);
                    done.etag
                }
            };
            ended.objects.push(object.proof(etag));
        }
        self.commit(partition, ended).await
    }

    pub(crate) async fn commit(&mut self, partition: u32, ended: Ended) -> Result<(), Trouble> {
        let Some(position) = self.positions.get_mut(&partition) else {
            return Err(Trouble::Fatal(format!("partition {partition} has no position")));
        };
        metrics::counter!("tidemill_dump_objects_total").increment(ended.objects.len() as u64);
        metrics::counter!("tidemill_dump_records_total").increment(ended.count);
        let bytes = ended.objects.iter().map(|o| o.bytes).sum::<u64>();
        metrics::counter!("tidemill_dump_bytes_total").increment(bytes);
        let errors = ended.errors().map(|(count, why)| (count, why.to_owned()));
        commit(&self.ctx, &self.owner, &self.task, position, ended).await?;
        let next = position.next;
        self.hold(partition, next);
        if let Some((count, why)) = errors {
            self.report_errors(partition, count, &why);
        }
        Ok(())
    }

    /// Records that could not be encoded: each delivery of them is logged, and whoever listens is told once
    /// until the task starts again.
    fn report_errors(&mut self, partition: u32, count: u64, why: &str) {
        metrics::counter!("tidemill_dump_record_errors_total").increment(count);
        tracing::warn!(task = %self.task.id, partition, count, why, "records could not be encoded and were delivered as they came");
        if !std::mem::replace(&mut self.errors_reported, true) {
            let detail = format!(
                "partition {partition}: records could not be encoded and are below {ERROR_DIRECTORY}/ as they came, {count} so far; {why}"
            );
            self.raise(EventKind::DumpTaskAbnormal, detail);
        }
    }
}
