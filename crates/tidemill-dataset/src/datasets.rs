//! The handle on all datasets.

use crate::error::DatasetError;
use crate::task::Running;
use crate::{Dataset, DatasetId, DatasetStatus};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::{Bucket, BucketError, Buckets, Location};
use tidemill_meta::{Meta, dataset as rows, read};
use tidemill_model::{Clock, ProjectId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Limits that an installation may set.
#[derive(Clone, Copy, Debug)]
pub struct DatasetsConfig {
    /// The least time between two versions of a dataset that are published by request; none at zero.
    pub publish_interval: Duration,
}

impl Default for DatasetsConfig {
    fn default() -> Self {
        Self { publish_interval: Duration::from_secs(60) }
    }
}

/// All datasets of an installation. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Datasets(Arc<Inner>);

struct Inner {
    meta: Meta,
    buckets: Arc<dyn Buckets>,
    artefacts: Arc<dyn Bucket>,
    clock: Clock,
    config: DatasetsConfig,
    artefacts_gate: tokio::sync::Mutex<()>,
    copies_gate: tokio::sync::Mutex<()>,
    stop: CancellationToken,
    running: TaskTracker,
    tasks: Running,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inner")
    }
}

impl Datasets {
    /// Opens the datasets kept in `meta` and goes on with what was under way.
    ///
    /// `buckets` opens users' buckets; `artefacts` holds what only the server reads: canonical manifests.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn open(
        meta: Meta,
        buckets: Arc<dyn Buckets>,
        artefacts: Arc<dyn Bucket>,
        clock: Clock,
        config: DatasetsConfig,
    ) -> Result<Self, DatasetError> {
        let (stop, running) = (CancellationToken::new(), TaskTracker::new());
        let datasets = Self(Arc::new(Inner {
            meta,
            buckets,
            artefacts,
            clock,
            config,
            artefacts_gate: Default::default(),
            copies_gate: Default::default(),
            stop,
            running,
            tasks: Running::default(),
        }));
        datasets.sweep_deleted().await?;
        datasets.resume_creations().await?;
        datasets.resume_versions().await?;
        datasets.resume_tasks().await?;
        datasets.count_over_time();
        Ok(datasets)
    }

    /// Stops what works in the background. It goes on at the next start.
    pub async fn shutdown(&self) {
        self.0.stop.cancel();
        self.0.running.close();
        self.0.running.wait().await;
    }

    /// The metadata.
    pub fn meta(&self) -> &Meta {
        &self.0.meta
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What only the server reads: `versions/<sha256>` and so on.
    pub fn artefacts(&self) -> &Arc<dyn Bucket> {
        &self.0.artefacts
    }

    /// Held while something in the artefacts begins to be referred to or is swept.
    pub(crate) fn artefacts_gate(&self) -> &tokio::sync::Mutex<()> {
        &self.0.artefacts_gate
    }

    /// Held while copies of composed versions are removed, and while such a version begins to be made.
    pub(crate) fn copies_gate(&self) -> &tokio::sync::Mutex<()> {
        &self.0.copies_gate
    }

    /// The least time between two versions of a dataset that are published by request.
    pub(crate) fn publish_interval(&self) -> Duration {
        self.0.config.publish_interval
    }

    /// Where users' buckets are opened.
    pub fn buckets(&self) -> &Arc<dyn Buckets> {
        &self.0.buckets
    }

    /// Ends when the server stops.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Runs work in the background; [`Datasets::shutdown`] waits for it, so it has to watch
    /// [`Datasets::stopping`].
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.running.spawn(work);
    }

    /// Imports, synchronisations and exports at work.
    pub(crate) fn running(&self) -> &Running {
        &self.0.tasks
    }

    /// The bucket a location is in.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn bucket_of(
        &self,
        project: &ProjectId,
        location: &Location,
    ) -> Result<Arc<dyn Bucket>, BucketError> {
        self.0.buckets.open(project, &location.bucket).await
    }

    /// The dataset with this id in the project.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Meta`].
    pub async fn get(&self, project: &ProjectId, id: &str) -> Result<Dataset, DatasetError> {
        let (project, id) = (project.to_string(), id.to_owned());
        let unknown = DatasetError::Unknown(id.chars().take(80).collect());
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let (project, id) = (project.clone(), id.clone());
            Box::pin(async move { Ok(rows::dataset(tx, &project, &id).await?) })
        });
        Ok(Dataset::of(read.await?.ok_or(unknown)?)?)
    }

    /// Moves a dataset that is in the state `from` to `to`. Durable when this returns.
    ///
    /// # Errors
    /// [`DatasetError::Busy`] with what it is doing if it is not in `from`; [`DatasetError::Unknown`].
    pub async fn set_status(
        &self,
        dataset: &Dataset,
        from: DatasetStatus,
        to: DatasetStatus,
    ) -> Result<(), DatasetError> {
        let (id, now_ms) = (dataset.id.to_string(), self.clock().now_ms());
        let changed = self.meta().tx::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                Ok(rows::change_dataset_status(tx, &id, from.code(), to.code(), now_ms).await?)
            })
        });
        if changed.await? {
            return Ok(());
        }
        let present = self.get(&dataset.project, dataset.id.as_str()).await?;
        let activity = present.status.activity().unwrap_or(crate::Activity::Deleting);
        Err(DatasetError::Busy(activity))
    }

    /// Which of some samples the dataset has, by their ids.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub(crate) async fn present_among(
        &self,
        id: &DatasetId,
        ids: Vec<String>,
    ) -> Result<HashSet<String>, DatasetError> {
        let (id, ids) = (id.to_string(), Arc::new(ids));
        let found: Vec<rows::SampleRow> =
            read!(self.meta(), |tx, id, ids| rows::samples_by_ids(tx, &id, &ids))
                .map_err(DatasetError::Meta)?;
        Ok(found.into_iter().map(|row| row.sample_id).collect())
    }

    /// Where the newest sample lies that an import copied from a place outside of the dataset's input path.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub(crate) async fn copied_from(
        &self,
        dataset: &Dataset,
        place: &Location,
    ) -> Result<Option<Location>, DatasetError> {
        let (id, below) = (dataset.id.to_string(), dataset.input.plain());
        let (name, tail) = (place.name().to_owned(), format!("/{}", place.plain()));
        let found: Option<String> = read!(self.meta(), |tx, id, below, name, tail| {
            rows::sample_copied_from(tx, &id, (below.as_str(), tail.as_str()), &name)
        })
        .map_err(DatasetError::Meta)?;
        Ok(found.and_then(|plain| Location::parse(&format!("/{plain}")).ok()))
    }

    /// Which of these ids of samples were deleted from the dataset while their objects stayed.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn deleted_among(
        &self,
        id: &DatasetId,
        samples: Vec<String>,
    ) -> Result<Vec<String>, DatasetError> {
        let (id, samples) = (id.to_string(), Arc::new(samples));
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let (id, samples) = (id.clone(), samples.clone());
            Box::pin(async move { Ok(rows::deleted_samples_in(tx, &id, &samples).await?) })
        });
        read.await
    }
}
