//! Adding samples.

use super::NewSample;
use super::stored::row_of;
use crate::dataset::may_add;
use crate::error::DatasetError;
use crate::{DatasetId, Datasets};
use std::collections::BTreeSet;
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::dataset::{self as rows, LabelRow, SampleLabelRow, SampleRow};
use tidemill_model::limits::{LABELS_PER_DATASET_MAX, SAMPLES_PER_DATASET_MAX};

/// Samples written in one transaction.
const BATCH: usize = 500;

/// What becomes of a sample that the dataset already has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnPresent {
    /// It stays as it is.
    Keep,
    /// Its annotations, usage and hardness are replaced if the new one has annotations; its object's facts
    /// (size, ETag, time) always.
    Replace,
    /// Like [`Self::Replace`], and samples the dataset does not have are left out.
    OnlyPresent,
}

/// What became of samples that were to be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// They are new.
    pub added: u64,
    /// They were there and were changed.
    pub changed: u64,
    /// They were there, or were to be there, and nothing happened.
    pub kept: u64,
    /// Of the new and the changed: how many have annotations.
    pub labeled: u64,
}

impl Added {
    fn plus(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            changed: self.changed + other.changed,
            kept: self.kept + other.kept,
            labeled: self.labeled + other.labeled,
        }
    }
}

/// A sample's row with the rows of its annotations.
type Ready = (SampleRow, Vec<SampleLabelRow>);

impl Datasets {
    /// Adds samples with their annotations; labels the dataset does not know yet become known. Durable when
    /// this returns, in transactions of a few hundred samples: a failure may leave the first ones added.
    ///
    /// Samples that were deleted before are added again: a caller that must not do so asks
    /// [`Datasets::deleted_among`] first.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`] if the dataset is gone, [`DatasetError::Full`], and while a version is made or
    /// switched to, which would lose them: [`DatasetError::Busy`], [`DatasetError::LabelingWhilePublishing`].
    pub async fn add_samples(
        &self,
        id: &DatasetId,
        samples: Vec<NewSample>,
        on_present: OnPresent,
    ) -> Result<Added, DatasetError> {
        let now_ms = self.clock().now_ms();
        let mut total = Added::default();
        let mut samples = samples.into_iter().peekable();
        while samples.peek().is_some() {
            let ready = |sample: NewSample| {
                (row_of(&sample, now_ms), sample.labels.iter().map(super::SampleLabel::row).collect())
            };
            let batch: Arc<Vec<Ready>> = Arc::new(samples.by_ref().take(BATCH).map(ready).collect());
            let id = id.clone();
            let done = self.meta().tx(move |tx| {
                let (id, batch) = (id.clone(), batch.clone());
                Box::pin(async move { add_batch(tx, id.as_str(), &batch, on_present, now_ms).await })
            });
            total = total.plus(done.await?);
        }
        Ok(total)
    }
}

async fn add_batch(
    tx: &mut dyn Tx,
    dataset: &str,
    batch: &[Ready],
    on_present: OnPresent,
    now_ms: i64,
) -> Result<Added, DatasetError> {
    may_add(tx, dataset).await?;
    let mut done = Added::default();
    for (row, labels) in batch {
        let inserted = on_present != OnPresent::OnlyPresent && rows::insert_sample(tx, dataset, row).await?;
        let changed = !inserted
            && on_present != OnPresent::Keep
            && replace(tx, dataset, row, !labels.is_empty(), now_ms).await?;
        if inserted || (changed && !labels.is_empty()) {
            rows::insert_sample_labels(tx, dataset, &row.sample_id, labels).await?;
            done.labeled += u64::from(!labels.is_empty());
        }
        done.added += u64::from(inserted);
        done.changed += u64::from(changed);
        done.kept += u64::from(!inserted && !changed);
    }
    know_labels(tx, dataset, batch.iter().flat_map(|(_, labels)| labels)).await?;
    let added: Vec<String> = batch.iter().map(|(row, _)| row.sample_id.clone()).collect();
    rows::forget_deleted_samples(tx, dataset, &added).await?;
    let added = i64::try_from(done.added).unwrap_or(i64::MAX);
    match rows::touch_dataset_data(tx, dataset, added, 0, now_ms).await? {
        None => Err(DatasetError::Unknown(dataset.to_owned())),
        Some(count) if count > SAMPLES_PER_DATASET_MAX => {
            Err(DatasetError::Full("samples", SAMPLES_PER_DATASET_MAX))
        }
        Some(_) => Ok(done),
    }
}

/// Brings a sample that is there up to date; `false` if it is not there. Its annotations are removed if new
/// ones follow.
async fn replace(
    tx: &mut dyn Tx,
    dataset: &str,
    new: &SampleRow,
    relabel: bool,
    now_ms: i64,
) -> Result<bool, DatasetError> {
    let Some(old) = rows::sample(tx, dataset, &new.sample_id).await? else { return Ok(false) };
    let facts = SampleRow { size: new.size, etag: new.etag.clone(), modified_ms: new.modified_ms, ..old };
    let row = if relabel {
        rows::delete_sample_labels(tx, dataset, &new.sample_id).await?;
        rows::mark_relabeled(tx, dataset, &new.sample_id, now_ms).await?;
        SampleRow {
            status: new.status,
            usage: new.usage.clone(),
            hard: new.hard,
            coefficient: new.coefficient,
            reasons: new.reasons.clone(),
            metadata: new.metadata.clone(),
            ..facts
        }
    } else {
        facts
    };
    Ok(rows::update_sample(tx, dataset, &row).await?)
}

/// Adds the labels of annotations to the dataset's labels where it has no such.
pub(crate) async fn know_labels(
    tx: &mut dyn Tx,
    dataset: &str,
    annotations: impl Iterator<Item = &SampleLabelRow>,
) -> Result<(), DatasetError> {
    let named = annotations.filter(|label| !label.name.is_empty());
    let keys: BTreeSet<(&str, i64)> = named.map(|label| (label.name.as_str(), label.label_type)).collect();
    let mut added = false;
    for (name, label_type) in keys {
        let plain = LabelRow {
            name: name.to_owned(),
            label_type,
            property: "{}".to_owned(),
            attributes: "[]".to_owned(),
        };
        added |= rows::insert_label(tx, dataset, &plain).await?;
    }
    if added && rows::count_labels(tx, dataset).await? > LABELS_PER_DATASET_MAX {
        return Err(DatasetError::Full("labels", LABELS_PER_DATASET_MAX));
    }
    Ok(())
}
