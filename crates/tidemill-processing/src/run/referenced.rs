//! What versions of datasets refer to of the output of a deleted run.

use crate::context::{Context, read};
use crate::engine::{KeyTables, Keys};
use crate::error::Trouble;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_dataset::version::VersionStatus;
use tidemill_dataset::{Dataset, DatasetError};
use tidemill_meta::dataset;
use tidemill_model::ProjectId;

/// Datasets looked at in one step.
const DATASETS_PAGE: u64 = 100;

/// What of an output has to stay.
pub(super) struct Kept {
    /// What versions refer to.
    pub(super) keys: KeyTables,
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
            if let Err(cause) = self.add_entries(id, &version.id).await? {
                tracing::warn!(dataset = id, version = version.id, %cause, "what a version refers to is not known");
                self.unread.extend([dataset.input.clone(), dataset.work.clone()]);
            }
        }
        Ok(())
    }

    /// Adds what a version refers to; the inner error is why the version cannot be read. That a key cannot be written
    /// down is none: with it, those of other versions may be lost.
    async fn add_entries(&mut self, dataset: &str, version: &str) -> Result<Result<(), String>, Trouble> {
        let mut entries = match self.ctx.datasets.version_entries(self.project, dataset, version).await {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error.to_string())),
        };
        loop {
            let entry = match entries.next().await {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error.to_string())),
            };
            if let Some(place) = entry.sample.place.location().filter(|place| self.output.holds(place)) {
                self.keys.add(place.key.clone()).await?;
            }
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Trouble {
    Trouble::Failed(error.to_string())
}
