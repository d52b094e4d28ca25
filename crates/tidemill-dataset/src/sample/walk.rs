//! Walking over all samples of a dataset, page by page, however many there are.

use super::{Place, Sample, stored};
use crate::{DatasetError, DatasetId, Datasets};
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, Condition};

/// Samples fetched at a time.
const PAGE: u32 = 1000;

/// A walk over samples by their place: location, line, id. Samples added or deleted meanwhile behind the
/// point reached are seen or not seen; no sample is seen twice.
#[derive(Debug)]
pub struct SampleWalk {
    datasets: Datasets,
    id: DatasetId,
    condition: Condition,
    after: (String, u64, String),
    done: bool,
}

impl Datasets {
    /// Walks over all samples of a dataset with their annotations.
    pub fn walk_samples(&self, id: &DatasetId) -> SampleWalk {
        self.walk_found(id, Condition::Several(rows::Join::And, Vec::new()))
    }

    pub(crate) fn walk_found(&self, id: &DatasetId, condition: Condition) -> SampleWalk {
        let after = (String::new(), 0, String::new());
        SampleWalk { datasets: self.clone(), id: id.clone(), condition, after, done: false }
    }
}

impl SampleWalk {
    /// The next samples, up to 1000; empty at the end.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn next_page(&mut self) -> Result<Vec<Sample>, DatasetError> {
        if self.done {
            return Ok(Vec::new());
        }
        let (id, condition, after) = (self.id.clone(), self.condition.clone(), self.after.clone());
        let read = self.datasets.meta().read::<_, DatasetError, _>(move |tx| {
            let (id, condition, after) = (id.clone(), condition.clone(), after.clone());
            Box::pin(async move {
                let found = rows::walk_samples(tx, id.as_str(), &condition, &after, PAGE).await?;
                Ok(stored::with_labels(tx, id.as_str(), found).await?)
            })
        });
        let page = read.await?;
        match page.last() {
            Some(last) => self.after = place_of(last),
            None => self.done = true,
        }
        Ok(page)
    }
}

fn place_of(sample: &Sample) -> (String, u64, String) {
    let line = if let Place::Line(_, line) = sample.place { line } else { 0 };
    (sample.place.location().map(Location::plain).unwrap_or_default(), line, sample.id.clone())
}
