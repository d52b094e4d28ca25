//! Starting and stopping tasks.

use crate::context::tx;
use crate::delete::release_holds;
use crate::error::ActError;
use crate::slot::Slot;
use crate::sweep::abort_uploads;
use crate::task::{Task, TaskState};
use crate::tasks::Dumps;
use tidemill_meta::MetaError;
use tidemill_meta::dump::{self, Owner, TaskRow};
use tidemill_stream::Stream;

/// What a batch action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Deliver, from where it stopped.
    Start,
    /// Stop delivering; the position is kept.
    Stop,
}

impl Dumps {
    /// Starts or stops tasks, named by id or name. If one of them is unknown, nothing changes. Repeating it
    /// changes nothing. Starting a task whose destination this server does not deliver to leaves it in ERROR.
    /// A caller that stops waiting changes nothing either.
    pub async fn act(&self, stream: &Stream, action: Action, tasks: &[String]) -> Result<(), ActError> {
        let mut rows = Vec::with_capacity(tasks.len());
        for name in tasks {
            let row = self.row(stream, name).await?;
            let alive = row.filter(|r| r.state != TaskState::Delete.as_str());
            rows.push(alive.ok_or_else(|| ActError::Unknown(name.clone()))?);
        }
        let dumps = self.clone();
        let work = tokio::spawn(async move {
            for row in rows {
                dumps.act_on(row, action).await?;
            }
            Ok(())
        });
        work.await.unwrap_or_else(|e| Err(MetaError::Store(e.to_string()).into()))
    }

    async fn act_on(&self, row: TaskRow, action: Action) -> Result<(), ActError> {
        let unexpected = |e| MetaError::Unexpected(format!("dump task {}: {e}", row.task_id));
        let task = Task::from_row(&row).map_err(unexpected)?;
        let slot = self.slot(&task.id);
        let _gate = slot.gate.lock().await;
        match action {
            Action::Start if slot.is_running() => Ok(()),
            Action::Start => self.start(&row, &task).await,
            Action::Stop => self.stop(&task, &slot).await,
        }
    }

    async fn start(&self, row: &TaskRow, task: &Task) -> Result<(), ActError> {
        let unknown = || ActError::Unknown(row.name.clone());
        if let Some(cause) = task.destination.undeliverable() {
            self.change_state(&task.id, TaskState::Error, cause).await?.ok_or_else(unknown)?;
            return Ok(());
        }
        let changed = self.change_state(&task.id, TaskState::Running, String::new()).await?;
        let (owner, now) = changed.ok_or_else(unknown)?;
        Ok(self.run(&now, owner, row.state == TaskState::Error.as_str())?)
    }

    async fn stop(&self, task: &Task, slot: &Slot) -> Result<(), ActError> {
        let Some(_) = self.change_state(&task.id, TaskState::Paused, String::new()).await? else {
            return Err(ActError::Unknown(task.name.clone()));
        };
        let ctx = &self.0.ctx;
        slot.halt(&ctx.clock, ctx.drain_ends_ms()).await;
        if let Some(Err(cause)) = ctx.within(ctx.config.drain, abort_uploads(ctx, &task.id)).await {
            tracing::debug!(task = %task.id, %cause, "uploads are aborted at the next start");
        }
        release_holds(ctx, task);
        Ok(())
    }

    /// A new epoch in the given state; the task as it is then.
    async fn change_state(
        &self,
        task_id: &str,
        state: TaskState,
        cause: String,
    ) -> Result<Option<(Owner, TaskRow)>, MetaError> {
        let (id, state) = (task_id.to_owned(), state.as_str());
        tx!(self.0.ctx.meta, |tx, id, cause| dump::change_state(tx, &id, state, &cause))
    }
}
