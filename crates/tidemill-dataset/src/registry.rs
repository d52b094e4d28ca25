//! Listing and deleting datasets.

use crate::dataset::{Dataset, DatasetStatus};
use crate::error::DatasetError;
use crate::version::VersionFormat;
use crate::{DatasetType, Datasets};
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, DatasetsQuery};
use tidemill_meta::{Tx, read};
use tidemill_model::ProjectId;

/// Rows of a deleted dataset that are removed in one transaction, of each kind.
const SWEEP_BATCH: u32 = 2000;

/// By what datasets are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// When they were created.
    #[default]
    Created,
    /// Their name.
    Name,
}

/// What a version is like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VersionLike {
    /// The format of its files.
    pub format: Option<VersionFormat>,
    /// The least and the greatest share of its samples that are for training.
    pub ratio: Option<(f64, f64)>,
}

/// Which datasets are listed, and how.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// Only those whose name contains this, whatever its case.
    pub name_part: Option<String>,
    /// Only those of this type.
    pub kind: Option<DatasetType>,
    /// Only those of this workspace.
    pub workspace: Option<String>,
    /// Only those that can be exported.
    pub exportable: bool,
    /// Only those with a normal version like this.
    pub version: Option<VersionLike>,
    /// By what.
    pub sort_by: SortBy,
    /// Ascending.
    pub ascending: bool,
    /// How many are left out at the start.
    pub offset: u64,
    /// How many are wanted.
    pub limit: u64,
}

impl Datasets {
    /// A page of the project's datasets and how many the query finds in all.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn list(
        &self,
        project: &ProjectId,
        query: &ListQuery,
    ) -> Result<(Vec<Dataset>, u64), DatasetError> {
        let VersionLike { format, ratio } = query.version.unwrap_or_default();
        let query = DatasetsQuery {
            project: project.to_string(),
            name_part: query.name_part.as_deref().map(str::to_lowercase),
            dataset_type: query.kind.map(DatasetType::code),
            workspace: query.workspace.clone(),
            exportable: query.exportable,
            versioned: query.version.is_some(),
            version_format: format.map(|format| format.as_str().to_owned()),
            version_ratio: ratio.map(|(least, greatest)| (least.to_string(), greatest.to_string())),
            by_name: query.sort_by == SortBy::Name,
            ascending: query.ascending,
            offset: query.offset,
            limit: query.limit,
        };
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let query = query.clone();
            Box::pin(async move {
                Ok((rows::datasets_of(tx, &query).await?, rows::count_datasets(tx, &query).await?))
            })
        });
        let (found, total) = read.await?;
        Ok((found.into_iter().map(Dataset::of).collect::<Result<_, _>>()?, total))
    }

    /// Deletes a dataset that nothing is going on with. Its name is free and nothing of it is found when this
    /// returns; its rows are removed in the background. Source files stay.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Busy`], [`DatasetError::VersionInUse`].
    pub async fn delete(&self, project: &ProjectId, id: &str) -> Result<(), DatasetError> {
        let id = self.get(project, id).await?.id.to_string();
        read!(self.meta(), |tx, id| refuse_if_read(tx, &id))?;
        let dataset = self.stopped(project, &id).await?;
        let (id, status) = (dataset.id.to_string(), dataset.status.code());
        let deleted = self.meta().tx::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                refuse_if_read(tx, &id).await?;
                Ok(rows::delete_dataset(tx, &id, status).await?)
            })
        });
        if !deleted.await? {
            // Something began meanwhile: say what.
            self.get(project, dataset.id.as_str()).await?.idle()?;
            return self.set_status(&dataset, DatasetStatus::Deleted, DatasetStatus::Deleted).await;
        }
        // What began between the two, such as an export.
        self.stop_work_on(&dataset.id).await;
        self.leave_directories(project, dataset.id.as_str(), &dataset.work).await;
        self.sweep(dataset.id.to_string());
        self.sweep_versions();
        Ok(())
    }

    /// The dataset after what can be stopped of the work on it has been stopped.
    async fn stopped(&self, project: &ProjectId, id: &str) -> Result<Dataset, DatasetError> {
        let dataset = self.get(project, id).await?;
        if !matches!(dataset.status, DatasetStatus::Importing | DatasetStatus::Synchronizing) {
            dataset.idle()?;
        }
        self.stop_work_on(&dataset.id).await;
        self.get(project, id).await
    }

    /// Goes on removing what deleted datasets left.
    pub(crate) async fn sweep_deleted(&self) -> Result<(), DatasetError> {
        let left = self
            .meta()
            .read::<_, DatasetError, _>(|tx| Box::pin(async move { Ok(rows::datasets_to_sweep(tx).await?) }));
        for (id, project, work) in left.await? {
            if let (Some(project), Ok(work)) =
                (ProjectId::parse(&project), Location::parse(&format!("/{work}")))
            {
                self.leave_directories(&project, &id, &work).await;
            }
            self.sweep(id);
        }
        Ok(())
    }

    /// Removes the directories of a deleted dataset, if that can be done.
    async fn leave_directories(&self, project: &ProjectId, id: &str, work: &Location) {
        if let Err(error) = self.remove_directories(project, work).await {
            tracing::warn!(%error, dataset = id, "directories of a deleted dataset stay");
        }
    }

    pub(crate) fn sweep(&self, id: String) {
        let datasets = self.clone();
        self.spawn(async move {
            if let Err(error) = datasets.sweep_rows(&id).await {
                tracing::error!(%error, dataset = id, "rows of a deleted dataset stay until the next start");
            }
        });
    }

    async fn sweep_rows(&self, id: &str) -> Result<(), DatasetError> {
        while !self.stopping().is_cancelled() {
            let id = id.to_owned();
            let swept = self.meta().tx::<_, DatasetError, _>(move |tx| {
                let id = id.clone();
                Box::pin(async move {
                    let done = rows::sweep_dataset_rows(tx, &id, SWEEP_BATCH).await?;
                    if done {
                        rows::dataset_swept(tx, &id).await?;
                    }
                    Ok(done)
                })
            });
            if swept.await? {
                break;
            }
        }
        Ok(())
    }
}

/// Refuses while a processing task reads a version of the dataset.
async fn refuse_if_read(tx: &mut dyn Tx, id: &str) -> Result<(), DatasetError> {
    match rows::held_version_of(tx, id).await? {
        Some(name) => Err(DatasetError::VersionInUse(name)),
        None => Ok(()),
    }
}
