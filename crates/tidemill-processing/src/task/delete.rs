//! Deleting tasks and versions. When this returns, nothing of them works any more and nothing of them is listed; their
//! objects go in the background.

use crate::context::{read, tx};
use crate::error::ProcessingError;
use crate::processing::Processing;
use tidemill_meta::processing;
use tidemill_model::ProjectId;

impl Processing {
    /// Deletes a task with all its versions.
    pub async fn delete_task(&self, project: &ProjectId, task_id: &str) -> Result<(), ProcessingError> {
        self.task(project, task_id).await?;
        let id = task_id.to_owned();
        let runs = read!(self.0.ctx.meta, |tx, id| processing::runs_of_task(tx, &id))?;
        if runs.first().is_some_and(|newest| newest.status == 0) {
            return Err(ProcessingError::Initializing);
        }
        for run in runs {
            self.stop_run(&run.run_id).await?;
        }
        let (project, now_ms) = (project.as_str().to_owned(), self.0.ctx.clock.now_ms());
        let deleted =
            tx!(self.0.ctx.meta, |tx, project, id| processing::delete_task(tx, &project, &id, now_ms))?;
        // Among them may be runs that were created after the others were stopped.
        for run_id in deleted.as_deref().unwrap_or_default() {
            self.0.slots.cancel(run_id).await;
        }
        self.sweep();
        deleted.map(drop).ok_or(ProcessingError::NoTask)
    }

    /// Deletes one version.
    pub async fn delete_version(
        &self,
        project: &ProjectId,
        task_id: &str,
        run_id: &str,
    ) -> Result<(), ProcessingError> {
        let run = self.run(project, task_id, run_id).await?;
        if run.status == 0 {
            return Err(ProcessingError::Initializing);
        }
        self.stop_run(run_id).await?;
        let (id, now_ms) = (run_id.to_owned(), self.0.ctx.clock.now_ms());
        let deleted = tx!(self.0.ctx.meta, |tx, id| processing::delete_run(tx, &id, now_ms))?;
        self.0.slots.cancel(run_id).await;
        self.sweep();
        if deleted { Ok(()) } else { Err(ProcessingError::NoTask) }
    }
}
