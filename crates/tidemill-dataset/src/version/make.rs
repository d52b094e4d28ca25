//! Making a version: canonical manifest, its place in the artefacts, public files, and the transaction that makes
//! it visible. Every step may be done again: after a restart all of them are.

use super::error::VersionError;
use super::options::VersionOptions;
use super::trouble::Trouble;
use super::tx;
use crate::dataset::{Dataset, DatasetStatus};
use crate::{DatasetId, DatasetType, Datasets};
use tidemill_meta::dataset::{self as rows, VersionRow};
use tidemill_meta::{MetaError, Tx};
use tokio_util::sync::CancellationToken;

/// What a version is made of.
pub(super) struct Making {
    pub(super) datasets: Datasets,
    pub(super) dataset: Dataset,
    pub(super) version: VersionRow,
    pub(super) options: VersionOptions,
    /// Whose samples: the dataset's own, or staged ones.
    pub(super) samples: DatasetId,
    /// Whoever asked for it does not want it any more.
    cancel: CancellationToken,
}

impl Datasets {
    /// Makes a version whose row is there.
    pub(super) fn make_in_background(&self, dataset: Dataset, version: VersionRow) {
        let datasets = self.clone();
        self.spawn(async move {
            let (id, work) = (version.version_id.clone(), datasets.clone());
            let made = tokio::spawn(async move { work.make(dataset, version).await }).await;
            match made.unwrap_or_else(|error| Err(VersionError::Failed(error.to_string()))) {
                Ok(_) => tracing::info!(version = id, "the version is published"),
                Err(error) => tracing::warn!(version = id, %error, "the version is not published"),
            }
        });
    }

    /// Makes a version whose row is there; notes why if that fails.
    pub(super) async fn make(
        &self,
        dataset: Dataset,
        version: VersionRow,
    ) -> Result<VersionRow, VersionError> {
        let failing = version.clone();
        match self.make_through(dataset, version, CancellationToken::new(), async || Ok(true)).await {
            Ok(version) => Ok(version),
            Err(Trouble::Stopped) => Err(VersionError::Failed("the server stops".to_owned())),
            Err(Trouble::Failed(message)) => {
                self.fail_version(failing, &message).await?;
                Err(VersionError::Failed(message))
            }
        }
    }

    /// Makes a version whose row is there, unless it is cancelled, or `seal` says false when all but the last
    /// transaction is done.
    pub(super) async fn make_through<F, R>(
        &self,
        dataset: Dataset,
        version: VersionRow,
        cancel: CancellationToken,
        seal: F,
    ) -> Result<VersionRow, Trouble>
    where
        F: FnOnce() -> R + Send,
        R: Future<Output = Result<bool, String>> + Send,
    {
        let mut making = Making::of(self, dataset, version)?;
        making.cancel = cancel;
        making.prepare().await?;
        match seal().await {
            Ok(true) => making.finish().await,
            Ok(false) => Err(Trouble::Failed("it was given up".to_owned())),
            Err(why) => Err(Trouble::Failed(why)),
        }
    }

    /// Notes that a version could not be made; the dataset is free again.
    pub(super) async fn fail_version(&self, version: VersionRow, message: &str) -> Result<(), MetaError> {
        let now_ms = self.clock().now_ms();
        let failed = VersionRow {
            status: rows::VERSION_FAILED,
            message: message.chars().take(1000).collect(),
            updated_ms: now_ms,
            identity: String::new(),
            ..version
        };
        tx!(self.meta(), |tx, failed| fail(tx, &failed, now_ms))?;
        self.sweep_copies(failed.version_id);
        Ok(())
    }
}

async fn fail(tx: &mut dyn Tx, version: &VersionRow, now_ms: i64) -> Result<(), MetaError> {
    let Some(present) = rows::version(tx, &version.version_id).await? else { return Ok(()) };
    rows::withdraw_version(tx, &present).await?;
    rows::update_version(tx, version).await?;
    let (from, to) = (DatasetStatus::Publishing.code(), DatasetStatus::Normal.code());
    rows::change_dataset_status(tx, &version.dataset_id, from, to, now_ms).await.map(drop)
}

impl Making {
    fn of(datasets: &Datasets, dataset: Dataset, version: VersionRow) -> Result<Self, Trouble> {
        let broken = |what: &str| Trouble::Failed(format!("the version's {what} cannot be read"));
        let options = serde_json::from_str(&version.options).map_err(|_| broken("options"))?;
        let samples = if version.stage.is_empty() {
            Some(dataset.id.clone())
        } else {
            DatasetId::parse(&version.stage)
        };
        let samples = samples.ok_or_else(|| broken("stage"))?;
        let (datasets, cancel) = (datasets.clone(), CancellationToken::new());
        Ok(Self { datasets, dataset, version, options, samples, cancel })
    }

    pub(super) fn go_on(&self) -> Result<(), Trouble> {
        if self.cancel.is_cancelled() {
            return Err(Trouble::Failed("it was given up".to_owned()));
        }
        if self.datasets.stopping().is_cancelled() { Err(Trouble::Stopped) } else { Ok(()) }
    }

    /// Everything but the transaction that makes it visible.
    async fn prepare(&mut self) -> Result<(), Trouble> {
        let parts = self.parts().await?;
        self.write_canonical(parts.as_ref()).await?;
        self.place_canonical().await?;
        self.write_public().await?;
        self.go_on()
    }

    /// Makes the version visible: normal, current, its staged samples the working ones.
    async fn finish(self) -> Result<VersionRow, Trouble> {
        let now_ms = self.datasets.clock().now_ms();
        let (version, kind) = (self.version, self.dataset.kind);
        let made = tx!(self.datasets.meta(), |tx, version| finish(tx, version, kind, now_ms));
        self.datasets.sweep_versions();
        made.map_err(|error: VersionError| Trouble::Failed(error.to_string()))
    }
}

async fn finish(
    tx: &mut dyn Tx,
    version: VersionRow,
    kind: DatasetType,
    now_ms: i64,
) -> Result<VersionRow, VersionError> {
    let id = version.dataset_id.clone();
    if !version.stage.is_empty() {
        super::switch::join(tx, &version, kind).await?;
    }
    let version =
        VersionRow { status: rows::VERSION_NORMAL, updated_ms: now_ms, stage: String::new(), ..version };
    if !rows::update_version(tx, &version).await? {
        return Err(VersionError::Unknown(version.version_id));
    }
    rows::settle_copies(tx, &version.version_id).await?;
    rows::set_current_version(tx, &id, Some(&version.version_id), now_ms).await?;
    let (from, to) = (DatasetStatus::Publishing.code(), DatasetStatus::Normal.code());
    rows::change_dataset_status(tx, &id, from, to, now_ms).await?;
    Ok(version)
}
