//! Stopping a version.

use crate::context::{read, tx};
use crate::error::ProcessingError;
use crate::processing::Processing;
use tidemill_meta::processing::{self, Ended, RunRow};
use tidemill_model::ProjectId;

impl Processing {
    /// Stops a version that has not ended. When this returns, nothing of it is read or written any more; what was at
    /// work on a picture ends after its present step, and nobody looks at it. One that is stopped already stays so.
    pub async fn stop_version(
        &self,
        project: &ProjectId,
        task_id: &str,
        run_id: &str,
    ) -> Result<(), ProcessingError> {
        self.run(project, task_id, run_id).await?;
        self.stop_run(run_id).await?;
        let row = self.run(project, task_id, run_id).await?;
        match row.status {
            4 => Ok(()),
            status => Err(ProcessingError::Invalid(format!(
                "The version has the status {status} and cannot be stopped. Allowed: 0, 1 or 4."
            ))),
        }
    }

    /// Puts a run into state 4 unless it has ended or is about to complete, and waits until it rests.
    pub(crate) async fn stop_run(&self, run_id: &str) -> Result<(), ProcessingError> {
        let (id, now_ms) = (run_id.to_owned(), self.0.ctx.clock.now_ms());
        let ended = Ended { status: 4, counters: None, error_msg: None, result: None };
        let stopped = tx!(self.0.ctx.meta, |tx, id, ended| processing::end_run(tx, &id, &ended, now_ms))?;
        if let Some(slot) = self.0.slots.find(run_id) {
            if stopped {
                slot.cancel.cancel();
            }
            slot.ended().await;
        }
        Ok(())
    }

    /// One version of a task.
    pub(crate) async fn run(
        &self,
        project: &ProjectId,
        task_id: &str,
        run_id: &str,
    ) -> Result<RunRow, ProcessingError> {
        let id = run_id.to_owned();
        let found = read!(self.0.ctx.meta, |tx, id| processing::find_run(tx, &id))?;
        let found = found.filter(|r| r.project == project.as_str() && r.task_id == task_id);
        found.ok_or_else(|| ProcessingError::no_task(run_id))
    }
}
