//! Finding samples.

use super::condition::scored;
use super::{Condition, Join, Order, SearchCondition};
use crate::error::DatasetError;
use crate::sample::{Sample, SampleStatus, SampleWalk, stored};
use crate::{DatasetId, Datasets, Fraction, LabelType, SampleType};
use tidemill_meta::dataset::{self as rows, SampleQuery};

/// What a listing of samples asks for besides conditions.
#[derive(Clone, Debug, Default)]
pub struct SampleFilter {
    /// Only those in one of these states; `None`: all.
    pub states: Option<Vec<SampleStatus>>,
    /// Only those with this label.
    pub label_name: Option<String>,
    /// Only those with a label of this type.
    pub label_type: Option<LabelType>,
    /// Only those of this type.
    pub sample_type: Option<SampleType>,
    /// Least and largest score of an annotation.
    pub score: Option<(Fraction, Fraction)>,
    /// All of these hold.
    pub conditions: Vec<SearchCondition>,
}

/// A page of samples and how many there are in all.
#[derive(Clone, Debug)]
pub struct Found {
    /// The samples of the page.
    pub samples: Vec<Sample>,
    /// How many fulfil the condition.
    pub total: u64,
}

/// Conditions of a list, joined: by AND in listings, by OR in exports. An empty list is no condition.
///
/// # Errors
/// [`DatasetError::Invalid`] with what is wrong.
pub fn compile(list: &[SearchCondition], join: Join, now_ms: i64) -> Result<Condition, DatasetError> {
    let parts = list.iter().map(|one| one.condition(now_ms)).collect::<Result<Vec<_>, _>>()?;
    let join = if parts.is_empty() { Join::And } else { join };
    Ok(Condition::Several(join, parts))
}

impl SampleFilter {
    /// What a sample has to fulfil; dates are counted back from `now_ms`.
    ///
    /// # Errors
    /// [`DatasetError::Invalid`] with what is wrong.
    pub fn condition(&self, now_ms: i64) -> Result<Condition, DatasetError> {
        let mut all = Vec::new();
        if let Some(states) = &self.states {
            all.push(Condition::Status(states.iter().map(|state| state.code()).collect()));
        }
        if let Some(kind) = self.sample_type {
            all.push(Condition::SampleType(kind.code()));
        }
        if self.label_name.is_some() || self.label_type.is_some() {
            all.push(Condition::Annotated {
                name: self.label_name.clone(),
                label_type: self.label_type.map(LabelType::code),
                confirmed: None,
                score: None,
                properties: Vec::new(),
                join: Join::And,
            });
        }
        if let Some((low, high)) = self.score {
            all.push(scored((low.millionths(), high.millionths())));
        }
        all.push(compile(&self.conditions, Join::And, now_ms)?);
        Ok(Condition::Several(Join::And, all))
    }
}

impl Datasets {
    /// A page of the samples of a dataset that fulfil a condition, with their annotations.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn find_samples(
        &self,
        id: &DatasetId,
        condition: Condition,
        order: Order,
        offset: u64,
        limit: u64,
    ) -> Result<Found, DatasetError> {
        let query = SampleQuery { dataset: id.to_string(), condition, order, offset, limit };
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let query = query.clone();
            Box::pin(async move {
                let total = rows::count_samples(tx, &query.dataset, &query.condition).await?;
                let found = rows::search_samples(tx, &query).await?;
                Ok(Found { samples: stored::with_labels(tx, &query.dataset, found).await?, total })
            })
        });
        read.await
    }

    /// Walks over the samples of a dataset that fulfil a condition, with their annotations.
    pub fn walk_matching(&self, id: &DatasetId, condition: Condition) -> SampleWalk {
        self.walk_found(id, condition)
    }

    /// One sample with its annotations.
    ///
    /// # Errors
    /// [`DatasetError::UnknownSample`].
    pub async fn sample(&self, id: &DatasetId, sample: &str) -> Result<Sample, DatasetError> {
        let found = self.samples_by_ids(id, vec![sample.to_owned()]).await?;
        let unknown = || DatasetError::UnknownSample(sample.chars().take(80).collect());
        found.into_iter().next().ok_or_else(unknown)
    }

    /// The samples with these ids that there are, in no order. At most 1000 ids.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn samples_by_ids(
        &self,
        id: &DatasetId,
        samples: Vec<String>,
    ) -> Result<Vec<Sample>, DatasetError> {
        let args = std::sync::Arc::new((id.to_string(), samples));
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let args = args.clone();
            Box::pin(async move {
                let found = rows::samples_by_ids(tx, &args.0, &args.1).await?;
                Ok(stored::with_labels(tx, &args.0, found).await?)
            })
        });
        read.await
    }
}
