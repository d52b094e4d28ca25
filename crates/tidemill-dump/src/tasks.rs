//! The door: all dump tasks of the server.

use crate::config::DumpConfig;
use crate::context::{Context, read, tx};
use crate::delete::Deletion;
use crate::error::{DeleteError, DumpError, FindError, OpenError};
use crate::receipt::{SealedReceipt, read_receipt};
use crate::retry::Backoff;
use crate::runner::{Runner, Start};
use crate::slot::Slot;
use crate::spool::prepare_dir;
use crate::sweep::{abort_uploads, sweep};
use crate::task::{Task, TaskState};
use crate::view::{self, TaskDetail, TaskPage};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::Buckets;
use tidemill_meta::dump::{self, Owner, TaskRow};
use tidemill_meta::{Meta, MetaError};
use tidemill_model::{Clock, Events, ProjectId};
use tidemill_stream::{Stream, StreamEnd, Streams};
use tokio::sync::watch;

/// All dump tasks. Cheap to clone.
#[derive(Clone)]
pub struct Dumps(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ctx: Arc<Context>,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    /// Deletions under way; their channel closes when they end.
    deletions: tokio::sync::Mutex<HashMap<String, watch::Receiver<()>>>,
}

impl std::fmt::Debug for Dumps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dumps")
    }
}

impl Dumps {
    /// Opens the tasks: running ones go on where they stopped, unfinished deletions go on, what earlier
    /// deletions left is swept. Call it before retention runs, because the tasks hold what they have not
    /// delivered, and before [`Streams::run`], because deleting a stream ends its tasks first. What troubles tasks is told to
    /// `events`.
    pub async fn open(
        meta: Meta,
        streams: Streams,
        buckets: Arc<dyn Buckets>,
        clock: Clock,
        config: DumpConfig,
        events: Events,
    ) -> Result<Self, OpenError> {
        let dir = config.spool_dir.display().to_string();
        prepare_dir(&config.spool_dir).map_err(|e| OpenError::Spool(dir, e))?;
        let ctx = Arc::new(Context { meta, streams, buckets, clock, config, events });
        let dumps = Self(Arc::new(Inner { ctx, slots: Mutex::default(), deletions: Default::default() }));
        dumps.resume_all().await?;
        dumps.0.ctx.streams.before_delete(Arc::new(EndTasks(dumps.clone())));
        Ok(dumps)
    }

    async fn resume_all(&self) -> Result<(), OpenError> {
        let ctx = &self.0.ctx;
        let left = read!(ctx.meta, |tx| dump::leftovers(tx))?;
        for task_id in left {
            tokio::spawn(sweep(ctx.clone(), task_id));
        }
        for row in read!(ctx.meta, |tx| dump::all_tasks(tx))? {
            let task = match Task::from_row(&row) {
                Ok(task) => Arc::new(task),
                Err(cause) => {
                    tracing::error!(task = %row.task_id, cause, "the stored dump task cannot be read and does not run");
                    continue;
                }
            };
            match TaskState::parse(&row.state) {
                Some(TaskState::Running) => self.take_over(&task).await?,
                Some(TaskState::Delete) => drop(self.begin_delete(task, "server").await?),
                state => {
                    // A task in ERROR has not given up what it did not deliver; a paused one has, and one
                    // that nothing is delivered for never held anything.
                    let deliverable = task.destination.undeliverable().is_none();
                    if state == Some(TaskState::Error) && deliverable {
                        self.hold_undelivered(&task).await?;
                    }
                    self.clean_up(task.id.clone());
                }
            }
        }
        Ok(())
    }

    async fn take_over(&self, task: &Task) -> Result<(), MetaError> {
        self.hold_undelivered(task).await?;
        let ctx = &self.0.ctx;
        let id = task.id.clone();
        let running = TaskState::Running.as_str();
        match tx!(ctx.meta, |tx, id| dump::claim(tx, &id, running))? {
            Some((owner, row)) => self.run(&row, owner, false),
            None => Ok(()),
        }
    }

    async fn hold_undelivered(&self, task: &Task) -> Result<(), MetaError> {
        let ctx = &self.0.ctx;
        for position in ctx.positions(&task.id).await? {
            let at = task.partition_ref(position.partition);
            ctx.streams.log().hold(at, &task.holder(), Some(position.next));
        }
        Ok(())
    }

    /// A task that does not run may still have unfinished uploads of an earlier process.
    fn clean_up(&self, task_id: String) {
        let (ctx, slot) = (self.0.ctx.clone(), self.slot(&task_id));
        tokio::spawn(async move {
            let mut backoff = Backoff::new(ctx.config.retry);
            loop {
                let gate = slot.gate.lock().await;
                if slot.is_running() {
                    return;
                }
                let Err(cause) = abort_uploads(&ctx, &task_id).await else { return };
                drop(gate);
                tracing::warn!(task = %task_id, %cause, "uploads of a dump task are not aborted yet");
                ctx.clock.sleep(backoff.next()).await;
            }
        });
    }

    /// Runs a task for its new owner. `reported`: someone was told that it cannot deliver.
    pub(crate) fn run(&self, row: &TaskRow, owner: Owner, reported: bool) -> Result<(), MetaError> {
        let unexpected = |e| MetaError::Unexpected(format!("dump task {}: {e}", row.task_id));
        let task = Arc::new(Task::from_row(row).map_err(unexpected)?);
        let before_change = Task::before_change(row).map_err(unexpected)?.map(Arc::new);
        let slot = self.slot(&task.id);
        let start = Start { task, before_change, owner, head: row.head.clone(), reported };
        slot.start(Runner::new(self.0.ctx.clone(), slot.clone(), start).run());
        Ok(())
    }

    pub(crate) fn slot(&self, task_id: &str) -> Arc<Slot> {
        self.0.slots.lock().entry(task_id.to_owned()).or_default().clone()
    }

    pub(crate) async fn rows(&self, stream: &Stream) -> Result<Vec<TaskRow>, MetaError> {
        let id = stream.id.clone();
        read!(self.0.ctx.meta, |tx, id| dump::tasks_of(tx, &id))
    }

    pub(crate) async fn row(&self, stream: &Stream, name_or_id: &str) -> Result<Option<TaskRow>, MetaError> {
        let mut rows = self.rows(stream).await?;
        let by_name = rows.iter().position(|r| r.name == name_or_id);
        let at = by_name.or_else(|| rows.iter().position(|r| r.task_id == name_or_id));
        Ok(at.map(|at| rows.swap_remove(at)))
    }

    /// The stream's tasks after the name `start_after`, at most `limit`.
    pub async fn list(
        &self,
        stream: &Stream,
        start_after: Option<&str>,
        limit: usize,
    ) -> Result<TaskPage, DumpError> {
        let rows = self.rows(stream).await?;
        let after = rows.iter().filter(|r| start_after.is_none_or(|start| r.name.as_str() > start));
        let mut tasks = Vec::new();
        for row in after.take(limit) {
            tasks.push(view::summary(&self.0.ctx, row, Some(&self.slot(&row.task_id))).await?);
        }
        Ok(TaskPage { total: rows.len(), tasks })
    }

    /// One task by name, else by id.
    pub async fn detail(&self, stream: &Stream, name_or_id: &str) -> Result<TaskDetail, FindError> {
        let row = self.row(stream, name_or_id).await.map_err(DumpError::from)?.ok_or(FindError::Unknown)?;
        Ok(view::detail(&self.0.ctx, &row, Some(&self.slot(&row.task_id))).await?)
    }

    /// Deletes a task, named by name or id; `who` is kept in its receipt. After `Ok` nothing of it can appear
    /// and its name is free. A caller that stops waiting changes nothing.
    pub async fn delete(&self, stream: &Stream, name_or_id: &str, who: &str) -> Result<(), DeleteError> {
        let row = self.row(stream, name_or_id).await?.ok_or(DeleteError::Unknown)?;
        let unexpected = |e| MetaError::Unexpected(format!("dump task {}: {e}", row.task_id));
        let task = Arc::new(Task::from_row(&row).map_err(unexpected)?);
        let (dumps, who) = (self.clone(), who.to_owned());
        let begun = tokio::spawn(async move { dumps.begin_delete(task, &who).await }).await;
        let mut ended = begun.unwrap_or_else(|e| Err(MetaError::Store(e.to_string())))?;
        let ctx = &self.0.ctx;
        // Nothing is ever sent: the channel closes when the deletion has ended.
        let end = async { while ended.changed().await.is_ok() {} };
        ctx.within(ctx.config.learn, end).await.ok_or(DeleteError::Continues)?;
        let id = row.task_id.clone();
        match read!(ctx.meta, |tx, id| dump::find_task(tx, &id))? {
            None => Ok(()),
            Some(_) => Err(DeleteError::Continues),
        }
    }

    /// Step (a) of the protocol, then the rest in the background. Joins a deletion that is under way.
    async fn begin_delete(&self, task: Arc<Task>, who: &str) -> Result<watch::Receiver<()>, MetaError> {
        let mut deletions = self.0.deletions.lock().await;
        if let Some(running) = deletions.get(&task.id) {
            return Ok(running.clone());
        }
        let (end, ended) = watch::channel(());
        let (ctx, id) = (self.0.ctx.clone(), task.id.clone());
        let state = TaskState::Delete.as_str();
        let owned = tx!(ctx.meta, |tx, id| async {
            match dump::change_state(tx, &id, state, "").await? {
                Some(owned) => Ok(Some(owned)),
                None => dump::claim(tx, &id, state).await,
            }
        })?;
        let Some((owner, row)) = owned else { return Ok(ended) };
        // What is announced and published is still under the configuration before a change.
        let unexpected = |e| MetaError::Unexpected(format!("dump task {}: {e}", row.task_id));
        let task = Task::before_change(&row).map_err(unexpected)?.map_or(task, Arc::new);
        deletions.insert(task.id.clone(), ended.clone());
        let deletion = Deletion { ctx, slot: self.slot(&task.id), owner, who: who.to_owned(), task };
        let dumps = self.clone();
        tokio::spawn(async move {
            let id = deletion.task.id.clone();
            deletion.run().await;
            dumps.0.deletions.lock().await.remove(&id);
            dumps.0.slots.lock().remove(&id);
            drop(end);
        });
        Ok(ended)
    }

    /// Up to `limit` receipts of a project from number `from` on; only those of one stream if it is named.
    pub async fn receipts(
        &self,
        project: &ProjectId,
        stream_name: Option<&str>,
        from: u64,
        limit: u32,
    ) -> Result<Vec<SealedReceipt>, DumpError> {
        let (project, name) = (project.as_str().to_owned(), stream_name.map(str::to_owned));
        let rows = read!(self.0.ctx.meta, |tx, project, name| dump::receipts(
            tx,
            &project,
            name.as_deref(),
            from,
            limit
        ))?;
        Ok(rows.into_iter().map(read_receipt).collect::<Result<_, _>>()?)
    }

    /// Stops every task where it is; calls under way get the drain window. What was not delivered stays in
    /// the log and is delivered after the next start.
    pub async fn shutdown(&self) {
        let slots: Vec<_> = self.0.slots.lock().values().cloned().collect();
        let ctx = &self.0.ctx;
        let halts = slots.iter().map(|slot| slot.halt(&ctx.clock, ctx.drain_ends_ms()));
        futures::future::join_all(halts).await;
    }
}

/// Deleting a stream ends its tasks first.
struct EndTasks(Dumps);

#[async_trait::async_trait]
impl StreamEnd for EndTasks {
    async fn end(&self, stream: &Stream) -> Result<(), String> {
        let rows = self.0.rows(stream).await.map_err(|e| e.to_string())?;
        let ends = rows.iter().map(async |row| {
            match self.0.delete(stream, &row.task_id, "deletion of the stream").await {
                Ok(()) | Err(DeleteError::Unknown) => Ok(()),
                Err(error) => Err(format!("dump task {}: {error}", row.name)),
            }
        });
        futures::future::join_all(ends).await.into_iter().collect()
    }
}
