//! Counting samples, and what can be searched for.

use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::label::Label;
use crate::sample::SampleStatus;
use crate::{DatasetId, Datasets};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::dataset as rows;
use tidemill_model::limits::LABELS_PER_DATASET_MAX;

pub use rows::StatusCounts;

/// Different values of a kind that are told.
const VALUES_MAX: u32 = 1000;
/// Samples a label needs so that it can be on both sides of a split.
const SPLIT_SAMPLES_MIN: u64 = 2;

/// A label and how often it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCount {
    /// The label.
    pub label: Label,
    /// Annotations with it.
    pub annotations: u64,
    /// Samples with such an annotation.
    pub samples: u64,
}

/// Counts of a dataset, or of its samples in some states.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetStats {
    /// Samples in each state.
    pub states: StatusCounts,
    /// Samples deleted since the dataset was made.
    pub deleted: u64,
    /// Hard examples.
    pub hard: u64,
    /// Every label, used or not, in the order they were added.
    pub labels: Vec<LabelCount>,
    /// Whether the labeled samples can be divided for training and evaluation.
    pub can_be_split: bool,
}

/// Values that conditions on samples may name.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchValues {
    /// Who labeled samples.
    pub labelers: Vec<String>,
    /// The labels of the dataset.
    pub labels: Vec<Label>,
    /// Properties of samples with their values, in order.
    pub metadata: BTreeMap<String, BTreeSet<String>>,
}

impl Datasets {
    /// How many samples of a dataset are in each state.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn status_counts(&self, id: &DatasetId) -> Result<StatusCounts, DatasetError> {
        let id = id.to_string();
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move { Ok(rows::status_counts(tx, &id).await?) })
        });
        read.await
    }

    /// The counts of a dataset, of one moment. `states`: only of the samples that are in one of them, with all
    /// their annotations; deleted samples are in none. Whether the dataset can be split does not depend on them.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn stats(
        &self,
        dataset: &Dataset,
        states: Option<Vec<SampleStatus>>,
    ) -> Result<DatasetStats, DatasetError> {
        let args = Arc::new((dataset.clone(), states));
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let args = args.clone();
            Box::pin(async move { stats_of(tx, &args.0, args.1.as_deref()).await })
        });
        read.await
    }

    /// What conditions on samples may name.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn search_values(&self, id: &DatasetId) -> Result<SearchValues, DatasetError> {
        let id = id.to_string();
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                let labelers = rows::annotators(tx, &id, VALUES_MAX).await?;
                let labels = rows::labels_of(tx, &id, 0, LABELS_PER_DATASET_MAX).await?;
                let labels = labels.into_iter().map(Label::of).collect::<Result<_, _>>()?;
                let metadata = properties(&rows::metadata_texts(tx, &id, VALUES_MAX).await?);
                Ok(SearchValues { labelers, labels, metadata })
            })
        });
        read.await
    }
}

async fn stats_of(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    states: Option<&[SampleStatus]>,
) -> Result<DatasetStats, DatasetError> {
    let id = dataset.id.as_str();
    let known = rows::labels_of(tx, id, 0, LABELS_PER_DATASET_MAX).await?;
    let counts = rows::label_counts(tx, id, true).await?;
    let can_be_split = can_be_split(dataset, &counts);
    let all = rows::status_counts(tx, id).await?;
    let Some(states) = states else {
        let (hard, deleted) = (rows::hard_counts(tx, id).await?, dataset.deleted_samples);
        return Ok(DatasetStats {
            states: all,
            deleted,
            hard,
            labels: counted(known, counts)?,
            can_be_split,
        });
    };
    let codes: Vec<i64> = states.iter().map(|state| state.code()).collect();
    let hard = rows::hard_counts_among(tx, id, &codes).await?;
    let labels = counted(known, rows::label_counts_among(tx, id, &codes).await?)?;
    Ok(DatasetStats { states: among(all, states), deleted: 0, hard, labels, can_be_split })
}

/// The counts of these states; the others are zero.
fn among(all: StatusCounts, states: &[SampleStatus]) -> StatusCounts {
    let count = |state, count| if states.contains(&state) { count } else { 0 };
    StatusCounts {
        unlabeled: count(SampleStatus::Unlabeled, all.unlabeled),
        labeled: count(SampleStatus::Labeled, all.labeled),
        unconfirmed: count(SampleStatus::Unconfirmed, all.unconfirmed),
    }
}

fn can_be_split(dataset: &Dataset, counts: &[rows::LabelCountRow]) -> bool {
    let least = counts.iter().map(|count| count.samples).min();
    dataset.kind.can_be_split() && least.is_some_and(|n| n >= SPLIT_SAMPLES_MIN)
}

fn counted(
    known: Vec<rows::LabelRow>,
    counts: Vec<rows::LabelCountRow>,
) -> Result<Vec<LabelCount>, DatasetError> {
    let counts: HashMap<(String, i64), (u64, u64)> =
        counts.into_iter().map(|c| ((c.name, c.label_type), (c.annotations, c.samples))).collect();
    let one = |row: rows::LabelRow| {
        let key = (row.name.clone(), row.label_type);
        let (annotations, samples) = counts.get(&key).copied().unwrap_or_default();
        Ok(LabelCount { label: Label::of(row)?, annotations, samples })
    };
    known.into_iter().map(one).collect()
}

/// Text and number properties of metadata texts.
fn properties(texts: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in texts {
        let object: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        for (key, value) in object {
            let value = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                _ => continue,
            };
            all.entry(key).or_default().insert(value);
        }
    }
    all
}
