//! Changing a task: everything but its name and the kind of its destination. The position stays.

use crate::agency;
use crate::context::tx;
use crate::descriptor::{Destination, TaskUpdate};
use crate::error::UpdateError;
use crate::slot::Slot;
use crate::task::{Task, TaskState};
use crate::tasks::Dumps;
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::dump::{self, TaskRow};
use tidemill_stream::Stream;

impl Dumps {
    /// Changes the task of that name; durable when this returns. What was announced before is finished under
    /// the configuration before, what comes later is delivered under the new one. A task in ERROR starts
    /// again, a paused one stays paused. A caller that stops waiting changes nothing.
    pub async fn update(&self, stream: &Stream, update: TaskUpdate) -> Result<(), UpdateError> {
        let (dumps, stream) = (self.clone(), stream.clone());
        let work = tokio::spawn(async move { dumps.change(&stream, &update).await });
        work.await.unwrap_or_else(|e| Err(MetaError::Store(e.to_string()).into()))
    }

    async fn change(&self, stream: &Stream, update: &TaskUpdate) -> Result<(), UpdateError> {
        let found = self.named(stream, update).await?;
        let slot = self.slot(&found.task_id);
        let _gate = slot.gate.lock().await;
        // Nobody changes it any more, but someone may have done so before the gate opened.
        let row = self.named(stream, update).await?;
        let unexpected = |e| MetaError::Unexpected(format!("dump task {}: {e}", row.task_id));
        let now = Task::from_row(&row).map_err(unexpected)?;
        let mut destination = update.over(&now.destination)?;
        destination.take_source(stream)?;
        let in_error = row.state == TaskState::Error.as_str();
        if destination == now.destination && !in_error {
            return Ok(());
        }
        if destination.bucket() != now.destination.bucket() {
            self.check_bucket(&now.project, &destination).await?;
        }
        self.store(&row, &destination, &slot).await
    }

    async fn named(&self, stream: &Stream, update: &TaskUpdate) -> Result<TaskRow, UpdateError> {
        let rows = self.rows(stream).await?;
        let named = |r: &TaskRow| r.name == update.name.as_str() && r.state != TaskState::Delete.as_str();
        rows.into_iter().find(named).ok_or(UpdateError::Unknown)
    }

    /// Writes the change, which ends the runner's right to write, and starts the task anew if it ran.
    async fn store(&self, row: &TaskRow, to: &Destination, slot: &Arc<Slot>) -> Result<(), UpdateError> {
        let ctx = &self.0.ctx;
        let stored = to.to_stored().map_err(|e| MetaError::Unexpected(e.to_string()))?.to_string();
        let in_error = row.state == TaskState::Error.as_str();
        let paused = row.state == TaskState::Paused.as_str();
        let (state, cause) = match to.undeliverable() {
            _ if paused => (TaskState::Paused, String::new()),
            Some(cause) => (TaskState::Error, cause),
            None => (TaskState::Running, String::new()),
        };
        let (named, word) = (to.agency().to_owned(), state.as_str());
        let changed = tx!(ctx.meta, |tx, row, named, stored, cause| async move {
            match agency::refusal(tx, &row.project, &named).await? {
                Some(refused) => Ok::<_, MetaError>(Err(refused)),
                None => {
                    dump::change_descriptor(tx, &row.task_id, (&stored, &named), word, &cause).await.map(Ok)
                }
            }
        })?;
        let (owner, now) = changed?.ok_or(UpdateError::Unknown)?;
        slot.halt(&ctx.clock, ctx.drain_ends_ms()).await;
        if state == TaskState::Running {
            self.run(&now, owner, in_error)?;
        }
        Ok(())
    }
}
