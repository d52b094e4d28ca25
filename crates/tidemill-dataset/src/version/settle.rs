//! Samples as they stand in a version: their part of the split, their marks of hard examples.

use super::entry::VersionEntry;
use super::make::Making;
use super::split::{Parts, Split};
use super::trouble::Trouble;
use crate::DatasetType;
use crate::sample::{Hardness, Usage};

impl Making {
    /// Splits the labeled samples, if that is asked for.
    pub(super) async fn parts(&self) -> Result<Option<Parts>, Trouble> {
        let Some(share) = self.options.share().filter(|_| self.dataset.kind.can_be_split()) else {
            return Ok(None);
        };
        let mut split = Split::default();
        if share > 0.0 && share < 1.0 {
            self.collect(&mut split).await?;
        }
        split.parts(share).map(Some).map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// Collects the samples that are to be split.
    async fn collect(&self, split: &mut Split) -> Result<(), Trouble> {
        let mut walk = self.datasets.walk_samples(&self.samples);
        loop {
            let page = walk.next_page().await?;
            if page.is_empty() {
                return Ok(());
            }
            self.go_on()?;
            for sample in page.iter().filter(|sample| self.is_to_be_split(sample.usage)) {
                let named = sample.labels.iter().filter(|label| label.confirmed);
                let mut names = named.map(|label| label.name.as_str()).peekable();
                if names.peek().is_some() {
                    split.add(&sample.id, names);
                }
            }
        }
    }

    fn is_to_be_split(&self, usage: Option<Usage>) -> bool {
        self.options.remove_usage || usage.is_none()
    }

    /// An entry as it stands in the version: its part of the split, its marks of hard examples.
    pub(super) fn settled(&self, mut entry: VersionEntry, parts: Option<&Parts>) -> VersionEntry {
        let is_to_be_split = self.is_to_be_split(entry.sample.usage);
        if self.options.remove_usage {
            entry.sample.usage = None;
        }
        if let Some(parts) = parts.filter(|_| is_to_be_split && !entry.sample.labels.is_empty()) {
            let train = parts.is_train(&entry.sample.id());
            entry.sample.usage = Some(if train { Usage::Train } else { Usage::Eval });
        }
        let has_marks =
            matches!(self.dataset.kind, DatasetType::ImageClassification | DatasetType::ObjectDetection);
        if self.options.clear_hard || !has_marks {
            entry.sample.hardness = Hardness::default();
        }
        entry
    }
}
