//! Synchronisation: a dataset follows the objects of its input path.
//!
//! The listing of the path and the samples of the dataset come in the same order, so that one pass over both finds
//! what is new and what has vanished, in flat memory. Objects already known are not read again.

mod known;
mod merge;
mod remove;

use crate::import::{Import, ImportFrom, ImportOptions};
use crate::task::{Begin, Progress, TaskFailure, TaskKind, TaskRecord};
use crate::{Dataset, DatasetError, DatasetStatus, Datasets, SampleType};
use tidemill_bucket::Scheme;
use tidemill_model::{ProjectId, random_id};

impl Datasets {
    /// Begins a synchronisation; its id. Durable when this returns.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Busy`], [`DatasetError::Invalid`] for texts and tables, whose
    /// samples are lines of files.
    pub async fn start_sync(&self, project: &ProjectId, dataset: &str) -> Result<String, DatasetError> {
        let dataset = self.get(project, dataset).await?;
        if matches!(dataset.kind.sample_type(), SampleType::Text | SampleType::Table) {
            let told = "datasets of texts and tables are not synchronized: import the new files";
            return Err(DatasetError::Invalid(told.to_owned()));
        }
        let begin = Begin {
            id: random_id(),
            kind: TaskKind::Sync,
            request: "{}".to_owned(),
            from: DatasetStatus::Normal,
            with_creation: false,
        };
        let task = self.begin_task(&dataset.id, begin).await?;
        let id = task.id.clone();
        self.go_on_with_sync(dataset, task);
        Ok(id)
    }

    /// The latest synchronisation; `None` if there never was one.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Meta`].
    pub async fn latest_sync(
        &self,
        project: &ProjectId,
        dataset: &str,
    ) -> Result<Option<TaskRecord>, DatasetError> {
        let dataset = self.get(project, dataset).await?;
        let page = self.tasks(&dataset.id, TaskKind::Sync, 0, 1).await?;
        Ok(page.tasks.into_iter().next())
    }

    /// Works on a synchronisation whose row is written.
    pub(crate) fn go_on_with_sync(&self, dataset: Dataset, task: TaskRecord) {
        let (this, id) = (self.clone(), dataset.id.clone());
        self.work_on(&id, async move {
            let mut progress = Progress::new(&this, &task.id);
            let worked = this.sync(dataset, &task, &mut progress).await;
            this.end_task(&task, TaskKind::Sync, &progress.counts, worked.err().as_ref()).await;
        });
    }

    async fn sync(
        &self,
        dataset: Dataset,
        task: &TaskRecord,
        progress: &mut Progress,
    ) -> Result<(), TaskFailure> {
        self.run_task(&task.id).await?;
        let path = dataset.input.written(Scheme::Obs);
        let options = ImportOptions::new(&path, ImportFrom::Directory)?;
        let import = Import::new(self, dataset, options, task.created_ms)?.following().await?;
        merge::follow(&import, progress).await
    }
}
