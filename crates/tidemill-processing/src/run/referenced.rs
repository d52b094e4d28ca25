//! What versions of datasets refer to of the output of a deleted run.

use crate::context::{Context, read};
use crate::engine::Keys;
use crate::error::Trouble;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_dataset::version::{VersionEntries, VersionStatus};
use tidemill_dataset::{Dataset, DatasetError};
use tidemill_meta::dataset;
use tidemill_model::ProjectId;

/// Datasets looked at in one step.
const DATASETS_PAGE: u64 = 100;

/// What of an output has to stay.
pub(super) struct Kept {
    /// What versions refer to: tables of keys.
    pub(super) keys: Vec<String>,
    /// The directories of datasets of which a version could not be read.
    pub(super) unread: BTreeSet<Location>,
}

/// Looks for what versions of any dataset of the project refer to.
pub(super) struct Referenced<'a> {
    pub(super) ctx: &'a Arc<Context>,
    pub(super) project: &'a ProjectId,
    pub(super) output: &'a Location,
    pub(super) keys: Keys,
    pub(super) unread: BTreeSet<Location>,
}

impl Referenced<'_> {
    /// Everything that has to stay.
    pub(super) async fn find(mut self) -> Result<Kept, Trouble> {
        let (mut after, project) = (String::new(), self.project.to_string());
        loop {
            // By id: an offset would skip some while others are deleted.
            let page = read!(self.ctx.meta, |tx, project, after| dataset::dataset_ids_after(
                tx,
                &project,
                &after,
                DATASETS_PAGE
            ))?;
            for id in &page {
                match self.ctx.datasets.get(self.project, id).await {
                    Ok(dataset) => self.add(&dataset).await?,
                    Err(DatasetError::Unknown(_)) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
            match page.last().filter(|_| page.len() as u64 == DATASETS_PAGE) {
                Some(last) => last.clone_into(&mut after),
                None => return Ok(Kept { keys: self.keys.finish().await?, unread: self.unread }),
            }
        }
    }

    /// Adds what the versions of a dataset refer to.
    async fn add(&mut self, dataset: &Dataset) -> Result<(), Trouble> {
        let id = dataset.id.as_str();
        let versions = self.ctx.datasets.versions(self.project, id).await.map_err(failed)?;
        for version in versions.iter().filter(|version| version.status == VersionStatus::Normal) {
            let read = match self.ctx.datasets.version_entries(self.project, id, &version.id).await {
                Ok(entries) => self.add_entries(entries).await,
                Err(error) => Err(failed(error)),
            };
            if let Err(cause) = read {
                tracing::warn!(dataset = id, version = version.id, %cause, "what a version refers to is not known");
                self.unread.extend([dataset.input.clone(), dataset.work.clone()]);
            }
        }
        Ok(())
    }

    async fn add_entries(&mut self, mut entries: VersionEntries) -> Result<(), Trouble> {
        while let Some(entry) = entries.next().await.map_err(failed)? {
            if let Some(place) = entry.sample.place.location().filter(|place| self.output.holds(place)) {
                self.keys.add(place.key.clone()).await?;
            }
        }
        Ok(())
    }
}

fn failed(error: impl std::fmt::Display) -> Trouble {
    Trouble::Failed(error.to_string())
}
