//! The samples of an export: the present ones, or those of a version.

use super::options::{ExportOptions, ExportWhich};
use crate::sample::{NewSample, Sample, SampleWalk};
use crate::search::matches;
use crate::task::{FailureReason, TaskFailure};
use crate::version::{EntryError, VersionEntries, VersionEntry};
use crate::{Dataset, Datasets};
use std::collections::HashSet;
use std::collections::VecDeque;
use tidemill_meta::dataset::Condition;

/// Samples in the order of their places.
pub(super) struct ExportSource {
    samples: Samples,
    which: ExportWhich,
    only: HashSet<String>,
}

enum Samples {
    Present(Box<SampleWalk>, VecDeque<Sample>),
    /// And what of them is wanted.
    OfVersion(Box<VersionEntries>, Condition),
}

impl ExportSource {
    /// The samples that the options ask for; `found` is what a search and a state make of them.
    pub(super) async fn open(
        datasets: &Datasets,
        dataset: &Dataset,
        options: &ExportOptions,
        found: Condition,
    ) -> Result<Self, TaskFailure> {
        let samples = match &options.version {
            None => Samples::Present(Box::new(datasets.walk_found(&dataset.id, found)), VecDeque::new()),
            Some(version) => {
                let entries = datasets.version_entries(&dataset.project, dataset.id.as_str(), version).await;
                let missing = |error| TaskFailure::new(FailureReason::VersionMissing, format!("{error}"));
                Samples::OfVersion(Box::new(entries.map_err(missing)?), found)
            }
        };
        Ok(Self { samples, which: options.which, only: options.samples.iter().cloned().collect() })
    }

    /// The next sample with the labels that somebody stands for; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<NewSample>, TaskFailure> {
        loop {
            let sample = match &mut self.samples {
                Samples::Present(walk, page) => {
                    if page.is_empty() {
                        *page = walk.next_page().await?.into();
                    }
                    page.pop_front().map(VersionEntry::of)
                }
                Samples::OfVersion(entries, found) => {
                    let next = entries.next().await.map_err(damaged)?;
                    if next.as_ref().is_some_and(|entry| !matches(found, &entry.sample)) {
                        continue;
                    }
                    next
                }
            };
            match sample.map(|entry| entry.sample) {
                None => return Ok(None),
                Some(sample) if self.takes(&sample) => return Ok(Some(sample)),
                Some(_) => {}
            }
        }
    }

    fn takes(&self, sample: &NewSample) -> bool {
        let labeled = !sample.labels.is_empty();
        let fits = match self.which {
            ExportWhich::Labeled => labeled,
            ExportWhich::Unlabeled => !labeled,
            ExportWhich::All | ExportWhich::Found => true,
        };
        fits && (self.only.is_empty() || self.only.contains(&sample.id()))
    }
}

fn damaged(error: EntryError) -> TaskFailure {
    TaskFailure::new(FailureReason::Storage, error.to_string())
}
