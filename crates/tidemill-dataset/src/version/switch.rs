//! Switching a dataset to a version: its samples are staged, then one transaction makes them the working ones.
//! After a restart the switch is done again from its beginning.

use super::error::VersionError;
use super::stage::{BATCH, Batch};
use super::summary::LabelSummary;
use super::trouble::Trouble;
use super::tx;
use crate::dataset::{Dataset, DatasetStatus};
use crate::{DatasetError, DatasetId, DatasetType, Datasets};
use tidemill_meta::dataset::{self as rows, SwitchRow, VersionRow};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::ProjectId;

impl Datasets {
    /// Begins to make `version` the current one: its samples and labels replace the working ones. Durable when
    /// this returns; the dataset is switching (status 7) until it is done, over restarts as well, and readers see
    /// the samples of before or of after, never a mixture.
    ///
    /// # Errors
    /// [`VersionError`]: unknown or busy dataset, unknown version, one that is not normal, a table.
    pub async fn switch_version(
        &self,
        project: &ProjectId,
        dataset: &str,
        version: &str,
    ) -> Result<(), VersionError> {
        let dataset = self.get(project, dataset).await?;
        if dataset.kind == DatasetType::Table {
            let told = "The version of a table dataset cannot be switched";
            return Err(VersionError::Invalid(told.to_owned()));
        }
        let now_ms = self.clock().now_ms();
        let switch = SwitchRow {
            dataset_id: dataset.id.to_string(),
            version_id: version.to_owned(),
            stage: DatasetId::random().to_string(),
        };
        let (dataset, version) =
            tx!(self.meta(), |tx, dataset, switch| begin(tx, &dataset, &switch, now_ms))?;
        self.switch_in_background(dataset, version, switch);
        Ok(())
    }

    pub(super) fn switch_in_background(&self, dataset: Dataset, version: VersionRow, switch: SwitchRow) {
        let datasets = self.clone();
        self.spawn(async move {
            let (work, id) = (datasets.clone(), switch.version_id.clone());
            let (of, row) = (dataset.clone(), switch.clone());
            let done = tokio::spawn(async move { work.do_switch(&of, &version, &row).await }).await;
            match done.unwrap_or_else(|error| Err(Trouble::Failed(error.to_string()))) {
                Ok(()) => {
                    tracing::info!(version = id, "the dataset is switched");
                    datasets.sweep_versions();
                }
                Err(Trouble::Stopped) => tracing::info!(version = id, "the switch goes on at the next start"),
                Err(Trouble::Failed(why)) => {
                    tracing::error!(version = id, why, "the dataset cannot be switched and stays as it was");
                    if let Err(error) = datasets.end_switch(&switch).await {
                        tracing::error!(version = id, %error, "the switch stays until the next start");
                    }
                }
            }
        });
    }

    async fn do_switch(
        &self,
        dataset: &Dataset,
        version: &VersionRow,
        switch: &SwitchRow,
    ) -> Result<(), Trouble> {
        let stage = DatasetId::parse(&switch.stage)
            .ok_or_else(|| Trouble::Failed("the stage of the switch cannot be read".to_owned()))?;
        let mut entries = self.open_entries(version).await?;
        let mut batch = Batch::default();
        while let Some(entry) = entries.next().await? {
            batch.entries.push(entry);
            if batch.len() == BATCH {
                if self.stopping().is_cancelled() {
                    return Err(Trouble::Stopped);
                }
                self.stage(dataset, &stage, std::mem::take(&mut batch)).await?;
            }
        }
        self.stage(dataset, &stage, batch).await?;
        let (now_ms, kind, version) = (self.clock().now_ms(), dataset.kind, version.clone());
        tx!(self.meta(), |tx, version, switch| finish(tx, &version, &switch, kind, now_ms))
            .map_err(|error: VersionError| Trouble::Failed(error.to_string()))
    }

    /// Gives a switch up: the dataset stays as it was.
    async fn end_switch(&self, switch: &SwitchRow) -> Result<(), MetaError> {
        let now_ms = self.clock().now_ms();
        tx!(self.meta(), |tx, switch| give_up(tx, &switch, now_ms))?;
        self.sweep_versions();
        Ok(())
    }
}

async fn begin(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    switch: &SwitchRow,
    now_ms: i64,
) -> Result<(Dataset, VersionRow), VersionError> {
    let row = rows::dataset(tx, dataset.project.as_str(), &switch.dataset_id).await?;
    let dataset = Dataset::of(row.ok_or_else(|| DatasetError::Unknown(switch.dataset_id.clone()))?)?;
    dataset.idle()?;
    let version = rows::version(tx, &switch.version_id).await?;
    let version = version.filter(|version| version.dataset_id == switch.dataset_id);
    let version =
        version.ok_or_else(|| VersionError::Unknown(switch.version_id.chars().take(80).collect()))?;
    if version.status != rows::VERSION_NORMAL {
        return Err(VersionError::NotNormal(version.version_id));
    }
    rows::insert_switch(tx, switch).await?;
    let (from, to) = (dataset.status.code(), DatasetStatus::Switching.code());
    rows::change_dataset_status(tx, &switch.dataset_id, from, to, now_ms).await?;
    Ok((dataset, version))
}

async fn finish(
    tx: &mut dyn Tx,
    version: &VersionRow,
    switch: &SwitchRow,
    kind: DatasetType,
    now_ms: i64,
) -> Result<(), VersionError> {
    let id = &switch.dataset_id;
    if !rows::delete_switch(tx, switch).await? {
        return Err(VersionError::Failed("the switch was given up".to_owned()));
    }
    adopt(tx, version, &switch.stage, kind).await?;
    rows::set_current_version(tx, id, Some(&version.version_id), now_ms).await?;
    rows::touch_dataset_data(tx, id, 0, 0, now_ms).await?;
    let (from, to) = (DatasetStatus::Switching.code(), DatasetStatus::Normal.code());
    rows::change_dataset_status(tx, id, from, to, now_ms).await?;
    Ok(())
}

async fn give_up(tx: &mut dyn Tx, switch: &SwitchRow, now_ms: i64) -> Result<(), MetaError> {
    if rows::delete_switch(tx, switch).await? {
        rows::leave_set(tx, &switch.stage).await?;
        let (from, to) = (DatasetStatus::Switching.code(), DatasetStatus::Normal.code());
        rows::change_dataset_status(tx, &switch.dataset_id, from, to, now_ms).await?;
    }
    Ok(())
}

/// Makes the samples and labels of a version the dataset's, in place of those it has.
async fn adopt(
    tx: &mut dyn Tx,
    version: &VersionRow,
    stage: &str,
    kind: DatasetType,
) -> Result<(), VersionError> {
    rows::adopt_stage(tx, &version.dataset_id, stage).await?;
    rows::clear_labels(tx, &version.dataset_id).await?;
    add_labels(tx, version, kind).await
}

/// Makes the samples and labels of a version that was composed the dataset's. What came since the version before it,
/// and was not read for this one, stays: no version holds it yet.
pub(super) async fn join(
    tx: &mut dyn Tx,
    version: &VersionRow,
    kind: DatasetType,
) -> Result<(), VersionError> {
    let before = match &version.previous {
        Some(previous) => rows::version(tx, previous).await?,
        None => None,
    };
    let published_ms = before.map_or(i64::MIN, |before| before.created_ms);
    rows::join_stage(tx, &version.dataset_id, &version.stage, published_ms).await?;
    add_labels(tx, version, kind).await
}

async fn add_labels(tx: &mut dyn Tx, version: &VersionRow, kind: DatasetType) -> Result<(), VersionError> {
    let labels: Vec<LabelSummary> =
        serde_json::from_str(&version.labels).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    for label in labels.iter().filter_map(LabelSummary::label).filter(|label| kind.takes(label.kind)) {
        rows::insert_label(tx, &version.dataset_id, &label.row()).await?;
    }
    Ok(())
}
