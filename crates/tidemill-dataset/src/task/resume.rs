//! Going on after a restart.

use super::{Counts, FailureReason, TaskFailure, TaskKind, TaskRecord};
use crate::{Dataset, DatasetError, Datasets};
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, TaskRow};

impl Datasets {
    /// Begins every task again that was not over when the server stopped. Their requests are as they were, so that
    /// what was done already is found and kept.
    pub(crate) async fn resume_tasks(&self) -> Result<(), DatasetError> {
        let read = self.meta().read::<_, MetaError, _>(|tx| Box::pin(rows::unfinished_tasks(tx)));
        for row in read.await? {
            self.resume_task(row).await?;
        }
        Ok(())
    }

    async fn resume_task(&self, row: TaskRow) -> Result<(), DatasetError> {
        let Some(kind) = TaskKind::parse(&row.kind) else { return Ok(()) };
        let task = TaskRecord::of(row)?;
        let Some(dataset) = self.dataset_of_task(&task).await? else { return Ok(()) };
        if let Err(error) = self.go_on_with(kind, dataset, &task) {
            let told = format!("the stored request cannot be read: {error}");
            let failure = TaskFailure::new(FailureReason::Internal, told);
            self.end_task(&task, kind, &Counts::default(), Some(&failure)).await;
        }
        Ok(())
    }

    async fn dataset_of_task(&self, task: &TaskRecord) -> Result<Option<Dataset>, DatasetError> {
        let id = task.dataset.clone();
        let read = self.meta().read::<_, MetaError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move { rows::dataset_by_id(tx, &id).await })
        });
        Ok(read.await?.map(Dataset::of).transpose()?)
    }

    fn go_on_with(
        &self,
        kind: TaskKind,
        dataset: Dataset,
        task: &TaskRecord,
    ) -> Result<(), serde_json::Error> {
        let task = task.clone();
        match kind {
            TaskKind::Import => {
                let options = serde_json::from_str(&task.request)?;
                self.go_on_with_import(dataset, task, options);
            }
            TaskKind::Sync => self.go_on_with_sync(dataset, task),
            TaskKind::Export => {
                let options = serde_json::from_str(&task.request)?;
                self.go_on_with_export(dataset, task, options);
            }
        }
        Ok(())
    }
}
