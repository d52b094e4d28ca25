//! Starting imports, and going on with them after a restart.

use super::context::Import;
use super::extension::FileKind;
use super::options::{ImportFrom, ImportOptions};
use super::store::path_of;
use crate::error::PathError;
use crate::task::{Begin, Progress, TaskFailure, TaskKind, TaskRecord};
use crate::{Dataset, DatasetError, DatasetStatus, Datasets};
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use tidemill_bucket::{BucketError, Location};
use tidemill_model::{ProjectId, random_id};

/// Objects looked at for something importable before an import is accepted.
const LOOKED_AT_MAX: usize = 1000;

impl Datasets {
    /// Begins an import; its id. Durable when this returns.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Busy`], and [`DatasetError::Path`] if there is no such bucket or
    /// nothing at the path, or a look at its first objects already shows that there is nothing to be imported.
    pub async fn start_import(
        &self,
        project: &ProjectId,
        dataset: &str,
        options: ImportOptions,
    ) -> Result<String, DatasetError> {
        let dataset = self.get(project, dataset).await?;
        dataset.idle()?;
        self.check_source(&dataset, &options).await?;
        self.begin_import(dataset, options).await
    }

    /// Begins the import that belongs to a dataset's creation, from its input path.
    ///
    /// # Errors
    /// [`DatasetError::Busy`], [`DatasetError::Unknown`], [`DatasetError::Meta`].
    pub async fn start_first_import(
        &self,
        dataset: &Dataset,
        mut options: ImportOptions,
    ) -> Result<String, DatasetError> {
        options.initial = true;
        self.begin_import(dataset.clone(), options).await
    }

    async fn begin_import(&self, dataset: Dataset, options: ImportOptions) -> Result<String, DatasetError> {
        let request = serde_json::to_string(&options).map_err(|e| DatasetError::Invalid(e.to_string()))?;
        let begin = Begin {
            id: format!("{}_{}", dataset.id, random_id()),
            kind: TaskKind::Import,
            request,
            from: DatasetStatus::Normal,
            with_creation: options.initial,
        };
        let task = self.begin_task(&dataset.id, begin).await?;
        let id = task.id.clone();
        self.go_on_with_import(dataset, task, options);
        Ok(id)
    }

    /// Works on an import whose row is written.
    pub(crate) fn go_on_with_import(&self, dataset: Dataset, task: TaskRecord, options: ImportOptions) {
        let (this, id) = (self.clone(), dataset.id.clone());
        self.work_on(&id, async move {
            let mut progress = Progress::new(&this, &task.id);
            let worked = this.import(dataset, &task, options, &mut progress).await;
            this.end_task(&task, TaskKind::Import, &progress.counts, worked.err().as_ref()).await;
        });
    }

    async fn import(
        &self,
        dataset: Dataset,
        task: &TaskRecord,
        options: ImportOptions,
        progress: &mut Progress,
    ) -> Result<(), TaskFailure> {
        self.run_task(&task.id).await?;
        Import::new(self, dataset, options, task.created_ms)?.run(progress).await
    }

    async fn check_source(&self, dataset: &Dataset, options: &ImportOptions) -> Result<(), DatasetError> {
        let place = options.location()?;
        let bucket = self.bucket_of(&dataset.project, &place).await.map_err(|error| match error {
            BucketError::Missing => PathError::NoBucket(place.bucket.clone()),
            error => PathError::Bucket(place.bucket.clone(), error),
        })?;
        let failed = |error: object_store::Error| DatasetError::Object(error.to_string());
        let nothing = || DatasetError::from(PathError::NotFound(options.path.clone()));
        if options.from == ImportFrom::Manifest {
            let path = path_of(&place.key).ok_or_else(nothing)?;
            return match bucket.head(&path).await {
                Ok(_) => Ok(()),
                Err(object_store::Error::NotFound { .. }) => Err(nothing()),
                Err(error) => Err(failed(error)),
            };
        }
        let mut listing = bucket.list(prefix_of(&place).as_ref());
        let kind = FileKind::of(dataset.kind);
        for looked_at in 0..LOOKED_AT_MAX {
            match listing.try_next().await.map_err(failed)? {
                Some(object) if kind.takes(object.location.as_ref()) => return Ok(()),
                Some(_) => {}
                None if looked_at == 0 => return Err(nothing()),
                None => return Err(PathError::NothingImportable(options.path.clone()).into()),
            }
        }
        Ok(())
    }
}

/// What every key below a directory begins with, as a path.
fn prefix_of(place: &Location) -> Option<object_store::path::Path> {
    path_of(place.key.trim_end_matches('/'))
}
