//! Making datasets.

use crate::dataset::{Dataset, DatasetStatus, NewDataset};
use crate::error::{DatasetError, PathError};
use crate::{DatasetId, Datasets};
use serde_json::Value;
use std::sync::Arc;
use tidemill_bucket::{BucketError, Location};
use tidemill_meta::Tx;
use tidemill_meta::dataset::{self as rows, DatasetRow, DatasetsQuery};
use tidemill_model::ProjectId;
use tidemill_model::limits::{DATASETS_PER_PROJECT_MAX, LABELS_PER_DATASET_MAX, OBJECT_KEY_BYTES_MAX};

const NAME_CHARS_MAX: usize = 100;
const DESCRIPTION_CHARS_MAX: usize = 256;
const PATH_CHARS: std::ops::RangeInclusive<usize> = 3..=700;

/// Bytes that the keys of a dataset's files need behind its work path and its name.
const BELOW_BYTES: usize = 128;

/// Refuses what cannot be the name of a dataset.
pub(crate) fn check_name(name: &str) -> Result<(), DatasetError> {
    let ok = (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let shown: String = name.chars().take(80).collect();
    let told = format!("dataset_name must be 1 to 100 letters, digits, _ and -, got {shown:?}");
    if ok { Ok(()) } else { Err(DatasetError::Invalid(told)) }
}

/// Refuses what cannot be a description: too long, or one of `^!<>=&"'`.
pub(crate) fn check_description(text: &str) -> Result<(), DatasetError> {
    let ok = text.chars().count() <= DESCRIPTION_CHARS_MAX
        && !text.contains(['^', '!', '<', '>', '=', '&', '"', '\'']);
    let told = "description must have at most 256 characters, none of ^!<>=&\"'";
    if ok { Ok(()) } else { Err(DatasetError::Invalid(told.to_owned())) }
}

/// Reads the path of a directory.
fn directory(which: &'static str, text: &str) -> Result<Location, PathError> {
    if text.is_empty() {
        return Err(PathError::Missing(which));
    }
    if !PATH_CHARS.contains(&text.chars().count()) {
        return Err(PathError::Length(which));
    }
    Ok(Location::parse(text).map_err(|why| PathError::Illegal(which, why))?.as_dir())
}

impl NewDataset {
    /// The directories of the input and of the output, if they can be used together.
    fn places(&self) -> Result<(Location, Location), PathError> {
        let input = directory("data_path", &self.input_path)?;
        let work = directory("work_path", &self.work_path)?;
        if work.key.is_empty() {
            return Err(PathError::BareBucket("work_path"));
        }
        if work.key.len() + self.name.len() + BELOW_BYTES > OBJECT_KEY_BYTES_MAX {
            return Err(PathError::Length("work_path"));
        }
        if input.holds(&work) {
            return Err(PathError::InsideInput);
        }
        Ok((input, work))
    }
}

impl Datasets {
    /// Makes a dataset and its directories. Nothing is imported yet. Durable when this returns.
    ///
    /// # Errors
    /// [`DatasetError::Invalid`], [`DatasetError::Path`], [`DatasetError::Label`], [`DatasetError::Exists`],
    /// [`DatasetError::TooManyDatasets`].
    pub async fn create(&self, project: &ProjectId, new: NewDataset) -> Result<Dataset, DatasetError> {
        check_name(&new.name)?;
        check_description(&new.description)?;
        if new.labels.len() as u64 > LABELS_PER_DATASET_MAX {
            return Err(DatasetError::Full("labels", LABELS_PER_DATASET_MAX));
        }
        let (input, work) = new.places()?;
        self.check_buckets(project, [&input, &work]).await?;
        let id = DatasetId::random();
        let row = Arc::new(self.row(project, &id, &new, &input, &work));
        let made = Arc::new((row, new));
        let stored = made.clone();
        self.meta()
            .tx(move |tx| {
                let made = stored.clone();
                Box::pin(async move { insert(tx, &made.0, &made.1).await })
            })
            .await?;
        self.finish_creation(Dataset::of(DatasetRow::clone(&made.0))?).await
    }

    /// Makes the directories of a dataset whose row is there; takes the row away again if that fails.
    async fn finish_creation(&self, dataset: Dataset) -> Result<Dataset, DatasetError> {
        let (creating, normal) = (DatasetStatus::Creating, DatasetStatus::Normal);
        if let Err(error) = self.make_directories(&dataset.project, &dataset.work).await {
            let id = dataset.id.to_string();
            let undone = self.meta().tx::<_, DatasetError, _>(move |tx| {
                let id = id.clone();
                Box::pin(async move { Ok(rows::delete_dataset(tx, &id, creating.code()).await?) })
            });
            undone.await?;
            self.sweep(dataset.id.to_string());
            return Err(error);
        }
        self.set_status(&dataset, creating, normal).await?;
        Ok(Dataset { status: normal, ..dataset })
    }

    /// Finishes datasets that were being created when the server stopped.
    pub(crate) async fn resume_creations(&self) -> Result<(), DatasetError> {
        let creating = DatasetStatus::Creating.code();
        let found = self.meta().read::<_, DatasetError, _>(move |tx| {
            Box::pin(async move { Ok(rows::datasets_in_status(tx, creating).await?) })
        });
        for row in found.await? {
            let dataset = Dataset::of(row)?;
            match self.make_directories(&dataset.project, &dataset.work).await {
                Ok(()) | Err(DatasetError::Path(PathError::DirectoryExists(_))) => {}
                Err(error) => {
                    tracing::warn!(%error, dataset = %dataset.id, "a dataset is without directories")
                }
            }
            self.set_status(&dataset, DatasetStatus::Creating, DatasetStatus::Normal).await?;
        }
        Ok(())
    }

    async fn check_buckets(&self, project: &ProjectId, places: [&Location; 2]) -> Result<(), PathError> {
        for place in places {
            match self.bucket_of(project, place).await {
                Ok(_) => {}
                Err(BucketError::Missing) => return Err(PathError::NoBucket(place.bucket.clone())),
                Err(error) => return Err(PathError::Bucket(place.bucket.clone(), error)),
            }
        }
        Ok(())
    }

    fn row(
        &self,
        project: &ProjectId,
        id: &DatasetId,
        new: &NewDataset,
        input: &Location,
        work: &Location,
    ) -> DatasetRow {
        let now_ms = self.clock().now_ms();
        DatasetRow {
            dataset_id: id.to_string(),
            project: project.to_string(),
            name: new.name.clone(),
            dataset_type: new.kind.code(),
            status: DatasetStatus::Creating.code(),
            description: new.description.clone(),
            workspace: new.workspace.clone(),
            input: input.plain(),
            work: work.join(&format!("{}-{id}/", new.name)).plain(),
            definition: Value::Object(new.definition.clone()).to_string(),
            created_ms: now_ms,
            updated_ms: now_ms,
            data_updated_ms: now_ms,
            current_version: None,
            next_version_num: 1,
            import_task_id: None,
            deleted_samples: 0,
            sample_count: 0,
        }
    }
}

async fn insert(tx: &mut dyn Tx, row: &DatasetRow, new: &NewDataset) -> Result<(), DatasetError> {
    let all = DatasetsQuery { project: row.project.clone(), ..DatasetsQuery::default() };
    if rows::count_datasets(tx, &all).await? >= DATASETS_PER_PROJECT_MAX {
        return Err(DatasetError::TooManyDatasets(DATASETS_PER_PROJECT_MAX));
    }
    if !rows::insert_dataset(tx, row).await? {
        return Err(DatasetError::Exists(row.name.clone()));
    }
    crate::label::add_labels(tx, &row.dataset_id, new.kind, &new.labels).await
}
