//! Replacing annotations.

use super::add::know_labels;
use super::check::LABELS_PER_SAMPLE_MAX;
use super::stored::with_labels;
use super::{Hardness, Sample, SampleLabel, SampleStatus, Usage};
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use crate::{Datasets, Fraction};
use serde_json::{Map, Value};
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::dataset::{self as rows, SampleLabelRow, SampleRow};

/// Samples relabeled in one transaction.
const BATCH: usize = 200;

/// New annotations of a sample.
#[derive(Clone, Debug, Default)]
pub struct Relabel {
    /// The sample.
    pub id: String,
    /// All its annotations from now on; none: it is unlabeled.
    pub labels: Vec<SampleLabel>,
    /// Its usage, if it changes.
    pub usage: Option<Usage>,
    /// What changes of its hardness.
    pub hardness: Hardness,
    /// Members of its metadata that change.
    pub metadata: Map<String, Value>,
}

/// What became of one of several samples.
pub type SampleResult<T = ()> = Result<T, DatasetError>;

impl Datasets {
    /// Replaces the annotations of samples, each on its own: what is wrong with one does not keep the others.
    /// The size of an image is read where labels need it and nobody told it. Labels the dataset does not know become
    /// known; what waited for confirmation is settled. An annotation that was there keeps its time, another is made now.
    /// Durable when this returns.
    ///
    /// # Errors
    /// While a version is made or switched to: [`DatasetError::Busy`],
    /// [`DatasetError::LabelingWhilePublishing`]. [`DatasetError::Full`].
    pub async fn relabel(
        &self,
        dataset: &Dataset,
        changes: Vec<Relabel>,
    ) -> Result<Vec<SampleResult>, DatasetError> {
        let mut results = Vec::with_capacity(changes.len());
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let mut batch: Vec<Relabel> = changes.by_ref().take(BATCH).collect();
            self.add_sizes(dataset, &mut batch).await?;
            let batch = Arc::new(batch);
            let (dataset, now_ms) = (dataset.clone(), self.clock().now_ms());
            let done = self.meta().tx(move |tx| {
                let (dataset, batch) = (dataset.clone(), batch.clone());
                Box::pin(async move { relabel_batch(tx, &dataset, &batch, now_ms).await })
            });
            results.extend(done.await?);
        }
        Ok(results)
    }
}

async fn relabel_batch(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    batch: &[Relabel],
    now_ms: i64,
) -> Result<Vec<SampleResult>, DatasetError> {
    may_label(tx, dataset).await?;
    let mut results = Vec::with_capacity(batch.len());
    for change in batch {
        results.push(match relabel_one(tx, dataset, change, now_ms).await {
            Err(error @ (DatasetError::Meta(_) | DatasetError::Full(..))) => return Err(error),
            done => done,
        });
    }
    rows::touch_dataset_data(tx, dataset.id.as_str(), 0, 0, now_ms).await?;
    Ok(results)
}

async fn relabel_one(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    change: &Relabel,
    now_ms: i64,
) -> Result<(), DatasetError> {
    let id = dataset.id.as_str();
    let unknown = || DatasetError::UnknownSample(change.id.chars().take(80).collect());
    let row = rows::sample(tx, id, &change.id).await?.ok_or_else(unknown)?;
    let before = with_labels(tx, id, vec![row.clone()]).await?;
    let Some(before) = before.into_iter().next() else { return Err(unknown()) };
    let sample = changed(before, change, now_ms);
    sample.check_labels(dataset.kind)?;
    let labels: Vec<SampleLabelRow> = sample.labels.iter().map(SampleLabel::row).collect();
    rows::delete_sample_labels(tx, id, &change.id).await?;
    rows::insert_sample_labels(tx, id, &change.id, &labels).await?;
    know_labels(tx, id, labels.iter()).await?;
    rows::update_sample(tx, id, &with_changes(row, &sample)).await?;
    rows::mark_relabeled(tx, id, &change.id, now_ms).await?;
    Ok(())
}

fn changed(mut sample: Sample, change: &Relabel, now_ms: i64) -> Sample {
    let before = std::mem::replace(&mut sample.labels, change.labels.clone());
    for label in &mut sample.labels {
        let same = before.iter().find(|old| old.says_the_same(label));
        label.created_ms = label.created_ms.or(same.map_or(Some(now_ms), |old| old.created_ms));
    }
    sample.usage = change.usage.or(sample.usage);
    sample.hardness.hard = change.hardness.hard.or(sample.hardness.hard);
    sample.hardness.coefficient = change.hardness.coefficient.or(sample.hardness.coefficient);
    if !change.hardness.reasons.is_empty() {
        sample.hardness.reasons.clone_from(&change.hardness.reasons);
    }
    sample.metadata.extend(change.metadata.clone());
    sample.status = SampleStatus::of(&sample.labels);
    sample
}

fn with_changes(row: SampleRow, sample: &Sample) -> SampleRow {
    SampleRow {
        status: sample.status.code(),
        usage: sample.usage.map(Usage::as_str).unwrap_or_default().to_owned(),
        hard: sample.hardness.hard.map(i64::from),
        coefficient: sample.hardness.coefficient.map(Fraction::millionths),
        reasons: Value::from(sample.hardness.reasons.clone()).to_string(),
        metadata: Value::Object(sample.metadata.clone()).to_string(),
        ..row
    }
}

impl Sample {
    /// Refuses annotations that the sample cannot have.
    fn check_labels(&self, kind: crate::DatasetType) -> Result<(), DatasetError> {
        if self.labels.len() > LABELS_PER_SAMPLE_MAX {
            return Err(DatasetError::Full("labels on a sample", LABELS_PER_SAMPLE_MAX as u64));
        }
        for label in &self.labels {
            label.check(kind)?;
            if label.is_placed() && !self.metadata.contains_key("@modelarts:size") {
                return Err(DatasetError::ImageSizeUnknown(self.id.clone()));
            }
        }
        Ok(())
    }
}
