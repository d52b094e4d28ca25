//! The samples a dataset has below a directory, in the order of a listing.

use crate::{DatasetId, Datasets};
use std::collections::VecDeque;
use tidemill_bucket::Location;
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, SampleRow};

/// Rows read at a time.
const PAGE: u32 = 1000;

/// Samples below a directory, by `bucket/key`.
pub(super) struct Known {
    datasets: Datasets,
    id: DatasetId,
    prefix: String,
    after: (String, u64, String),
    page: VecDeque<SampleRow>,
    ended: bool,
}

impl Known {
    pub(super) fn below(datasets: &Datasets, id: &DatasetId, directory: &Location) -> Self {
        let prefix = directory.plain();
        let after = (prefix.clone(), 0, String::new());
        Self {
            datasets: datasets.clone(),
            id: id.clone(),
            prefix,
            after,
            page: VecDeque::new(),
            ended: false,
        }
    }

    /// The next sample, if its place is not behind `location`; `None` asks for any.
    pub(super) async fn next_until(
        &mut self,
        location: Option<&str>,
    ) -> Result<Option<SampleRow>, MetaError> {
        if self.page.is_empty() && !self.ended {
            self.fetch().await?;
        }
        let is_due = |row: &SampleRow| location.is_none_or(|location| row.location.as_str() <= location);
        Ok(if self.page.front().is_some_and(is_due) { self.page.pop_front() } else { None })
    }

    async fn fetch(&mut self) -> Result<(), MetaError> {
        let (id, after) = (self.id.clone(), self.after.clone());
        let read = self.datasets.meta().read::<_, MetaError, _>(move |tx| {
            let (id, after) = (id.clone(), after.clone());
            Box::pin(async move { rows::next_samples(tx, id.as_str(), &after, PAGE).await })
        });
        let page = read.await?;
        self.ended = page.len() < PAGE as usize;
        if let Some(last) = page.last() {
            self.after = (last.location.clone(), last.line, last.sample_id.clone());
        }
        for row in page {
            if row.location.starts_with(&self.prefix) {
                self.page.push_back(row);
            } else {
                self.ended = true;
            }
        }
        Ok(())
    }
}
