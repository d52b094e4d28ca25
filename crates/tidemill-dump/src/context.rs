//! What every part of a dump task works with, and the fenced writes of an owner.

use crate::config::DumpConfig;
use crate::error::Trouble;
use crate::ledger::Entry;
use crate::task::Task;
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::Buckets;
use tidemill_meta::dump::{self, Commit, IntentRow, LedgerRow, Owner, PositionRow, UploadRow};
use tidemill_meta::{Meta, MetaError};
pub(crate) use tidemill_meta::{read, tx};
use tidemill_model::{Clock, Event, EventKind, Events};
use tidemill_stream::Streams;

/// Shared by everything of this crate.
pub(crate) struct Context {
    pub(crate) meta: Meta,
    pub(crate) streams: Streams,
    pub(crate) buckets: Arc<dyn Buckets>,
    pub(crate) clock: Clock,
    pub(crate) config: DumpConfig,
    pub(crate) events: Events,
}

/// A fenced write that changed nothing means that the writer is no owner any more.
fn fenced(written: bool) -> Result<(), Trouble> {
    if written { Ok(()) } else { Err(Trouble::Fenced) }
}

impl Context {
    /// `work`'s result if it comes within `limit` of the clock.
    pub(crate) async fn within<F: Future>(&self, limit: Duration, work: F) -> Option<F::Output> {
        let deadline_ms = self.clock.now_ms().saturating_add(limit.as_millis() as i64);
        self.before(deadline_ms, work).await
    }

    /// When a drain window that begins now is over.
    pub(crate) fn drain_ends_ms(&self) -> i64 {
        self.clock.now_ms() + self.config.drain.as_millis() as i64
    }

    /// `work`'s result if it comes before `deadline_ms`; at once, if it has passed already.
    pub(crate) async fn before<F: Future>(&self, deadline_ms: i64, work: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.clock.sleep_until(deadline_ms) => None,
        }
    }

    pub(crate) async fn put_intent(
        &self,
        owner: &Owner,
        partition: u32,
        sent: bool,
        body: String,
    ) -> Result<(), Trouble> {
        fenced(tx!(self.meta, |tx, owner, body| dump::put_intent(tx, &owner, partition, sent, &body))?)
    }

    pub(crate) async fn announce_upload(
        &self,
        owner: Option<&Owner>,
        row: &UploadRow,
    ) -> Result<(), Trouble> {
        let owner = owner.cloned();
        fenced(tx!(self.meta, |tx, owner, row| dump::announce_upload(tx, owner.as_ref(), &row))?)
    }

    pub(crate) async fn name_upload(&self, owner: &Owner, row_id: &str, id: &str) -> Result<(), Trouble> {
        let (row_id, id) = (row_id.to_owned(), id.to_owned());
        fenced(tx!(self.meta, |tx, owner, row_id, id| dump::name_upload(tx, &owner, &row_id, &id))?)
    }

    pub(crate) async fn mark_sent(
        &self,
        owner: &Owner,
        row_id: &str,
        partition: Option<u32>,
    ) -> Result<(), Trouble> {
        let row_id = row_id.to_owned();
        fenced(tx!(self.meta, |tx, owner, row_id| dump::mark_sent(tx, &owner, &row_id, partition))?)
    }

    pub(crate) async fn forget_upload(&self, row_id: &str) -> Result<(), MetaError> {
        let row_id = row_id.to_owned();
        tx!(self.meta, |tx, row_id| dump::forget_upload(tx, &row_id))
    }

    pub(crate) async fn commit(&self, owner: &Owner, commit: Commit) -> Result<(), Trouble> {
        let commit = Arc::new(commit);
        fenced(tx!(self.meta, |tx, owner, commit| dump::commit(tx, &owner, &commit))?)
    }

    pub(crate) async fn add_position(&self, owner: &Owner, position: &PositionRow) -> Result<(), Trouble> {
        fenced(tx!(self.meta, |tx, owner, position| dump::add_position(tx, &owner, &position))?)
    }

    pub(crate) async fn mark_sealed(
        &self,
        owner: &Owner,
        partition: u32,
        sealed: u64,
        row_id: String,
    ) -> Result<(), Trouble> {
        fenced(tx!(self.meta, |tx, owner, row_id| dump::mark_sealed(tx, &owner, partition, sealed, &row_id))?)
    }

    pub(crate) async fn set_head(&self, owner: &Owner, head: String, row_id: String) -> Result<(), Trouble> {
        fenced(tx!(self.meta, |tx, owner, head, row_id| dump::set_head(tx, &owner, &head, &row_id))?)
    }

    pub(crate) async fn fail_task(&self, owner: &Owner, cause: String) -> Result<bool, MetaError> {
        tx!(self.meta, |tx, owner, cause| dump::fail_task(tx, &owner, &cause))
    }

    /// Ends the time of the previous descriptor; `left` is the bucket the task moves away from.
    pub(crate) async fn leave_previous(&self, owner: &Owner, left: Option<String>) -> Result<(), Trouble> {
        fenced(tx!(self.meta, |tx, owner, left| dump::leave_previous(tx, &owner, left.as_deref()))?)
    }

    /// The last ledger entry of a partition; `None` before the first.
    pub(crate) async fn last_entry(
        &self,
        task_id: &str,
        position: &PositionRow,
    ) -> Result<Option<Entry>, Trouble> {
        let Some(last) = position.entries.checked_sub(1) else { return Ok(None) };
        let rows = self.ledger_from(task_id, position.partition, last, 1).await?;
        let entry = rows.first().map(|row| serde_json::from_str::<Entry>(&row.body)).transpose();
        entry.map_err(|e| Trouble::Retry(format!("ledger entry {last}: {e}")))
    }

    /// Tells whoever listens what happened to a task.
    pub(crate) fn raise(&self, task: &Task, kind: EventKind, detail: String) {
        let stream = Some((task.stream_id.clone(), task.stream_name.clone()));
        let (project, name) = (task.project.clone(), Some(task.name.clone()));
        let event = Event { kind, project, stream, task: name, detail, at_ms: self.clock.now_ms() };
        if !self.events.raise(event) {
            tracing::warn!(task = %task.id, ?kind, "an event was dropped");
        }
    }

    pub(crate) async fn owns(&self, owner: &Owner) -> Result<bool, MetaError> {
        read!(self.meta, |tx, owner| dump::owns(tx, &owner))
    }

    pub(crate) async fn positions(&self, task_id: &str) -> Result<Vec<PositionRow>, MetaError> {
        let id = task_id.to_owned();
        read!(self.meta, |tx, id| dump::positions(tx, &id))
    }

    pub(crate) async fn uploads(&self, task_id: &str) -> Result<Vec<UploadRow>, MetaError> {
        let id = task_id.to_owned();
        read!(self.meta, |tx, id| dump::uploads_of(tx, &id))
    }

    pub(crate) async fn intents(&self, task_id: &str) -> Result<Vec<IntentRow>, MetaError> {
        let id = task_id.to_owned();
        read!(self.meta, |tx, id| dump::intents(tx, &id))
    }

    pub(crate) async fn ledger_from(
        &self,
        task_id: &str,
        partition: u32,
        from: u64,
        limit: u32,
    ) -> Result<Vec<LedgerRow>, MetaError> {
        let id = task_id.to_owned();
        read!(self.meta, |tx, id| dump::ledger_from(tx, &id, partition, from, limit))
    }
}
