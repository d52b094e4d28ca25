//! The loop of one running task.
//!
//! Between two flushes it encodes new records ahead and closes files that are full; at each flush it
//! delivers what there is. After any failure it forgets everything in memory, waits, and starts over from
//! what is recorded: there is one path for failures and for crashes.

use crate::context::Context;
use crate::error::Trouble;
use crate::fill::Batch;
use crate::retry::Backoff;
use crate::seal::Sealing;
use crate::sink::ObsSink;
use crate::slot::Slot;
use crate::task::Task;
use crate::view::Trouble as Shown;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tidemill_meta::dump::{Owner, PositionRow};
use tidemill_model::EventKind;
use tidemill_stream::Stream;

/// One running task.
pub(crate) struct Runner {
    pub(crate) ctx: Arc<Context>,
    /// The task as it works: under its previous configuration until that is finished.
    pub(crate) task: Arc<Task>,
    /// The task as it was changed, while it works under its previous configuration.
    pub(crate) changed: Option<Arc<Task>>,
    pub(crate) slot: Arc<Slot>,
    pub(crate) owner: Owner,
    pub(crate) spool_dir: Arc<Path>,
    pub(crate) positions: BTreeMap<u32, PositionRow>,
    /// What is encoded ahead, by partition.
    pub(crate) batches: BTreeMap<u32, Batch>,
    /// Digest of the ledger head in the bucket.
    pub(crate) head: String,
    pub(crate) flush_ms: i64,
    recovered: bool,
    flush_pending: bool,
    backoff: Backoff,
    /// Whether someone was told that it cannot deliver.
    reported: bool,
    /// Whether someone was told of records that could not be encoded.
    pub(crate) errors_reported: bool,
}

/// What a runner starts from.
pub(crate) struct Start {
    /// The task as it is configured now.
    pub(crate) task: Arc<Task>,
    /// The same under the configuration that has to be finished first.
    pub(crate) before_change: Option<Arc<Task>>,
    pub(crate) owner: Owner,
    /// Digest of the ledger head in the bucket.
    pub(crate) head: String,
    /// Whether someone was told that it cannot deliver.
    pub(crate) reported: bool,
}

impl Runner {
    /// A runner for the owner of the task.
    pub(crate) fn new(ctx: Arc<Context>, slot: Arc<Slot>, start: Start) -> Self {
        let backoff = Backoff::new(ctx.config.retry);
        let (task, changed) = match start.before_change {
            Some(before) => (before, Some(start.task)),
            None => (start.task, None),
        };
        let flush_ms = task.next_flush_ms(ctx.clock.now_ms());
        let spool_dir = ctx.config.spool_dir.clone().into();
        Self {
            ctx,
            task,
            changed,
            slot,
            owner: start.owner,
            spool_dir,
            positions: BTreeMap::new(),
            batches: BTreeMap::new(),
            head: start.head,
            flush_ms,
            recovered: false,
            flush_pending: false,
            backoff,
            reported: start.reported,
            errors_reported: false,
        }
    }

    /// Delivers until it is dropped, another owner takes over, or a person is needed.
    pub(crate) async fn run(mut self) {
        loop {
            match self.step().await {
                Ok(()) => {
                    self.backoff.reset();
                    self.slot.set_trouble(None);
                    self.report_restored();
                    let ahead_ms = self.ctx.clock.now_ms() + self.ctx.config.read_ahead.as_millis() as i64;
                    self.ctx.clock.sleep_until(self.flush_ms.min(ahead_ms)).await;
                }
                Err(Trouble::Retry(cause)) => self.wait_after(cause).await,
                Err(Trouble::Fenced) => return,
                Err(Trouble::Fatal(cause)) => return self.give_up(cause).await,
            }
        }
    }

    async fn step(&mut self) -> Result<(), Trouble> {
        let stream = self.stream()?;
        if !self.recovered {
            self.recover().await?;
            self.recovered = true;
        }
        let now_ms = self.ctx.clock.now_ms();
        if now_ms >= self.flush_ms {
            self.flush_pending = true;
            self.flush_ms = self.task.next_flush_ms(now_ms);
        }
        self.meet_new_partitions(&stream).await?;
        if !self.flush_pending {
            return self.read_ahead().await;
        }
        let sink = self.sink().await?;
        self.flush(&sink).await?;
        self.flush_pending = false;
        Ok(())
    }

    /// The stream the task was made for; a log that is not that stream's any more stops the task.
    fn stream(&self) -> Result<Arc<Stream>, Trouble> {
        let stream = self.ctx.streams.by_id(&self.task.stream_id);
        let stream = stream.ok_or_else(|| Trouble::Fatal("the stream does not exist any more".into()))?;
        if stream.incarnation == self.task.incarnation {
            return Ok(stream);
        }
        Err(Trouble::Fatal(format!(
            "the stream's records are another incarnation ({}) than the task's ({})",
            stream.incarnation, self.task.incarnation
        )))
    }

    /// Partitions that came after the task start at 0.
    async fn meet_new_partitions(&mut self, stream: &Stream) -> Result<(), Trouble> {
        for partition in &stream.partitions {
            let index = partition.id.0;
            if !self.positions.contains_key(&index) {
                let position = PositionRow::starting_at(index, 0);
                self.ctx.add_position(&self.owner, &position).await?;
                self.hold(index, 0);
                self.positions.insert(index, position);
            }
        }
        Ok(())
    }

    /// The bucket; opening it is also how a flush without data notices that it is gone.
    pub(crate) async fn sink(&self) -> Result<ObsSink, Trouble> {
        let (project, bucket) = (&self.task.project, self.task.bucket.as_str());
        let calls = self.slot.calls.clone();
        let opened = ObsSink::open(self.ctx.clone(), project, bucket, self.owner.clone(), calls).await;
        opened.map_err(|e| Trouble::Retry(format!("bucket {bucket}: {e}")))
    }

    /// Writes what is missing of the ledger into the bucket.
    pub(crate) async fn seal(&mut self, sink: &ObsSink) -> Result<(), Trouble> {
        let sealing = Sealing { ctx: &self.ctx, sink, owner: &self.owner, task: &self.task, ended: false };
        sealing.seal(&mut self.positions, &mut self.head).await
    }

    /// Keeps the records from `from` on in the log, whatever retention says.
    pub(crate) fn hold(&self, partition: u32, from: u64) {
        let log = self.ctx.streams.log();
        log.hold(self.task.partition_ref(partition), &self.task.holder(), Some(from));
    }

    async fn wait_after(&mut self, cause: String) {
        self.batches.clear();
        self.recovered = false;
        let wait = self.backoff.next();
        let next_retry_ms = self.ctx.clock.now_ms() + wait.as_millis() as i64;
        tracing::warn!(task = %self.task.id, stream = %self.task.stream_name, %cause, wait_ms = wait.as_millis() as u64, "dump task failed and will be tried again");
        metrics::counter!("tidemill_dump_failures_total").increment(1);
        let attempts = self.backoff.failures();
        self.report_abnormal(&cause);
        self.slot.set_trouble(Some(Shown { cause, attempts, next_retry_ms }));
        self.ctx.clock.sleep_until(next_retry_ms).await;
    }

    async fn give_up(&mut self, cause: String) {
        tracing::error!(task = %self.task.id, stream = %self.task.stream_name, %cause, "dump task stopped and needs a person");
        self.report_abnormal(&cause);
        if let Err(error) = self.ctx.fail_task(&self.owner, cause).await {
            tracing::error!(task = %self.task.id, %error, "the state of the dump task could not be written");
        }
    }

    /// Tells whoever listens, once until it delivers again.
    fn report_abnormal(&mut self, cause: &str) {
        if !std::mem::replace(&mut self.reported, true) {
            self.raise(EventKind::DumpTaskAbnormal, cause.to_owned());
        }
    }

    fn report_restored(&mut self) {
        if std::mem::take(&mut self.reported) {
            self.raise(EventKind::DumpTaskRestored, "the dump task delivers again".to_owned());
        }
    }

    pub(crate) fn raise(&self, kind: EventKind, detail: String) {
        self.ctx.raise(&self.task, kind, detail);
    }
}
