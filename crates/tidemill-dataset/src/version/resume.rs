//! Going on after a restart with versions that were being made and with switches.

use super::{read, tx};
use crate::dataset::{Dataset, DatasetStatus};
use crate::{DatasetError, Datasets};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tidemill_meta::dataset::{self as rows, SwitchRow, VersionRow};
use tidemill_meta::{MetaError, Tx};

impl Datasets {
    /// Versions of working samples are made again from the beginning, switches are done again, versions that a
    /// processing run was composing are given up (the run composes them again), drafts are removed.
    pub(crate) async fn resume_versions(&self) -> Result<(), DatasetError> {
        self.remove_drafts().await.map_err(|error| DatasetError::Object(error.to_string()))?;
        let unfinished: Vec<VersionRow> =
            read!(self.meta(), |tx| rows::unfinished_versions(tx)).map_err(DatasetError::Meta)?;
        let (working, composed): (Vec<_>, Vec<_>) =
            unfinished.into_iter().partition(|version| version.stage.is_empty());
        for version in composed {
            self.give_up(version).await?;
        }
        for dataset in self.in_status(DatasetStatus::Publishing).await? {
            let own = working.iter().find(|version| version.dataset_id == dataset.id.as_str());
            match own {
                Some(version) => self.make_in_background(dataset, version.clone()),
                None => self.set_status(&dataset, DatasetStatus::Publishing, DatasetStatus::Normal).await?,
            }
        }
        self.resume_switches().await?;
        self.sweep_versions();
        Ok(self.sweep_all_copies().await?)
    }

    async fn in_status(&self, status: DatasetStatus) -> Result<Vec<Dataset>, DatasetError> {
        let code = status.code();
        let found: Vec<rows::DatasetRow> =
            read!(self.meta(), |tx| rows::datasets_in_status(tx, code)).map_err(DatasetError::Meta)?;
        Ok(found.into_iter().map(Dataset::of).collect::<Result<_, MetaError>>()?)
    }

    async fn resume_switches(&self) -> Result<(), DatasetError> {
        let switches: Vec<SwitchRow> =
            read!(self.meta(), |tx| rows::switches(tx)).map_err(DatasetError::Meta)?;
        let datasets = self.in_status(DatasetStatus::Switching).await?;
        for switch in switches {
            let again = SwitchRow { stage: crate::DatasetId::random().to_string(), ..switch.clone() };
            let version: Option<VersionRow> =
                tx!(self.meta(), |tx, switch, again| restart(tx, &switch, &again))
                    .map_err(DatasetError::Meta)?;
            let dataset = datasets.iter().find(|dataset| dataset.id.as_str() == switch.dataset_id);
            if let (Some(dataset), Some(version)) = (dataset, version) {
                self.switch_in_background(dataset.clone(), version, again);
            }
        }
        Ok(())
    }

    async fn remove_drafts(&self) -> object_store::Result<()> {
        let prefix = Path::from("publishing");
        let drafts: Vec<_> = self.artefacts().list(Some(&prefix)).try_collect().await?;
        for draft in drafts {
            self.artefacts().delete(&draft.location).await?;
        }
        Ok(())
    }
}

/// Begins a switch again under another stage; its version.
async fn restart(tx: &mut dyn Tx, old: &SwitchRow, new: &SwitchRow) -> Result<Option<VersionRow>, MetaError> {
    rows::delete_switch(tx, old).await?;
    rows::leave_set(tx, &old.stage).await?;
    rows::insert_switch(tx, new).await?;
    rows::version(tx, &new.version_id).await
}
