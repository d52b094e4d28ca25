//! Deleting tasks and versions. When this returns, nothing of them works any more and nothing of them is listed; their
//! objects go in the background.

use super::Template;
use crate::context::{read, tx};
use crate::error::ProcessingError;
use crate::processing::Processing;
use crate::run::RESULT;
use tidemill_meta::processing::{self, CleanupRow, RunRow};
use tidemill_meta::{MetaError, Tx, dataset};
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
        let deleted = tx!(self.0.ctx.meta, |tx, project, id| remove_task(tx, &project, &id, now_ms))?;
        // Among them may be runs that were created after the others were stopped.
        for run_id in deleted.as_deref().unwrap_or_default() {
            self.0.slots.cancel(run_id).await;
        }
        self.sweep();
        deleted.map(drop).ok_or_else(|| ProcessingError::no_task(task_id))
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
        let now_ms = self.0.ctx.clock.now_ms();
        let deleted = tx!(self.0.ctx.meta, |tx, run| remove_run(tx, &run, now_ms))?;
        self.0.slots.cancel(run_id).await;
        self.sweep();
        if deleted { Ok(()) } else { Err(ProcessingError::no_task(run_id)) }
    }
}

/// Removes a task and all its runs; the runs, `None` if there is no such task.
async fn remove_task(
    tx: &mut dyn Tx,
    project: &str,
    task_id: &str,
    now_ms: i64,
) -> Result<Option<Vec<String>>, MetaError> {
    if !processing::delete_task(tx, project, task_id).await? {
        return Ok(None);
    }
    let runs = processing::runs_of_task(tx, task_id).await?;
    for run in &runs {
        remove_run(tx, run, now_ms).await?;
    }
    Ok(Some(runs.into_iter().map(|run| run.run_id).collect()))
}

/// Removes a run and notes what of it is to be removed. The results of all feature analyses of a version have the
/// same place: one goes only with the task that the version shows.
async fn remove_run(tx: &mut dyn Tx, run: &RunRow, now_ms: i64) -> Result<bool, MetaError> {
    let mut left = CleanupRow {
        run_id: run.run_id.clone(),
        project: run.project.clone(),
        output_bucket: run.output_bucket.clone(),
        output_key: run.output_key.clone(),
    };
    if run.template_id == Template::Analyse.id() {
        let is_shown = match &run.input_version {
            Some(version) => dataset::clear_version_analysis(tx, version, &run.task_id).await?,
            None => false,
        };
        match is_shown {
            true => left.output_key.push_str(RESULT),
            false => left.output_bucket.clear(),
        }
    }
    processing::delete_run(tx, &left, now_ms).await
}
