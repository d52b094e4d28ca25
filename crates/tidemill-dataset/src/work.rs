//! What is going on with a dataset: work that runs or waits, each with its id.

use crate::Datasets;
use crate::dataset::{Dataset, DatasetStatus};
use crate::error::DatasetError;
use crate::task::TaskKind;
use tidemill_meta::dataset::{self as rows, VERSION_CREATING};
use tidemill_meta::{MetaError, Tx};

/// Work on a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// An export.
    Export,
    /// A switch to a version.
    Switch,
    /// An import.
    Import,
    /// A synchronisation with the bucket.
    Synchronisation,
    /// A version that is being made.
    Publishing,
}

impl Datasets {
    /// The work on a dataset that is not over: what it is, and the id of the task or the version.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn work_under_way(&self, dataset: &Dataset) -> Result<Vec<(Work, String)>, DatasetError> {
        let (id, status) = (dataset.id.to_string(), dataset.status);
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move { Ok(work(tx, &id, status).await?) })
        });
        read.await
    }
}

async fn work(tx: &mut dyn Tx, id: &str, status: DatasetStatus) -> Result<Vec<(Work, String)>, MetaError> {
    let of_kind = |kind: &str| match TaskKind::parse(kind) {
        Some(TaskKind::Import) => Some(Work::Import),
        Some(TaskKind::Sync) => Some(Work::Synchronisation),
        Some(TaskKind::Export) => Some(Work::Export),
        None => None,
    };
    let tasks = rows::running_tasks(tx, id).await?;
    let mut found: Vec<_> =
        tasks.into_iter().filter_map(|task| Some((of_kind(&task.kind)?, task.task_id))).collect();
    if status == DatasetStatus::Publishing {
        let versions = rows::versions_of(tx, id).await?;
        let making = versions.into_iter().filter(|version| version.status == VERSION_CREATING);
        found.extend(making.map(|version| (Work::Publishing, version.version_id)));
    }
    if status == DatasetStatus::Switching {
        let switches = rows::switches(tx).await?.into_iter().filter(|switch| switch.dataset_id == id);
        found.extend(switches.map(|switch| (Work::Switch, switch.version_id)));
    }
    Ok(found)
}
