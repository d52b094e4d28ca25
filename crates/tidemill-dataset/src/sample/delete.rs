//! Deleting samples.

use super::Place;
use crate::Datasets;
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::collections::HashSet;
use std::sync::Arc;
use tidemill_bucket::{BucketError, Location};
use tidemill_meta::Tx;
use tidemill_meta::dataset as rows;

/// Samples deleted in one transaction.
const BATCH: usize = 500;

impl Datasets {
    /// Deletes samples; for each id, in order, whether there was such a sample. With `delete_source` their
    /// objects are deleted as well, except those of texts; otherwise it is remembered that they were deleted,
    /// so that a synchronisation does not bring them back. Durable when this returns.
    ///
    /// # Errors
    /// While a version is made or switched to: [`DatasetError::Busy`],
    /// [`DatasetError::LabelingWhilePublishing`]. [`DatasetError::Object`] if an object cannot be deleted; its
    /// sample is gone then and stays gone.
    pub async fn delete_samples(
        &self,
        dataset: &Dataset,
        ids: &[String],
        delete_source: bool,
    ) -> Result<Vec<bool>, DatasetError> {
        let mut gone = HashSet::new();
        for batch in ids.chunks(BATCH) {
            gone.extend(self.remove_samples(dataset, batch.to_vec(), delete_source).await?);
        }
        Ok(ids.iter().map(|id| gone.contains(id)).collect())
    }

    /// Deletes one batch; the ids that there were.
    async fn remove_samples(
        &self,
        dataset: &Dataset,
        ids: Vec<String>,
        delete_source: bool,
    ) -> Result<Vec<String>, DatasetError> {
        let (within, ids, now_ms) = (dataset.clone(), Arc::new(ids), self.clock().now_ms());
        let done = self.meta().tx(move |tx| {
            let (dataset, ids) = (within.clone(), ids.clone());
            Box::pin(async move {
                may_label(tx, &dataset).await?;
                remove_rows(tx, dataset.id.as_str(), &ids, now_ms).await
            })
        });
        let removed = done.await?;
        if delete_source {
            self.delete_sources(dataset, &removed).await?;
        }
        Ok(removed.into_iter().map(|(id, _)| id).collect())
    }

    /// Deletes the objects of samples that are gone, except those of texts.
    pub(crate) async fn delete_sources(
        &self,
        dataset: &Dataset,
        removed: &[(String, Place)],
    ) -> Result<(), DatasetError> {
        let whole = removed.iter().filter_map(|(_, place)| match place {
            Place::Object(location) => Some(location),
            Place::Line(..) | Place::Inline => None,
        });
        self.delete_objects(dataset, whole).await?;
        self.forget_deletions(dataset, removed.iter().map(|(id, _)| id.clone()).collect()).await
    }

    async fn delete_objects(
        &self,
        dataset: &Dataset,
        objects: impl Iterator<Item = &Location>,
    ) -> Result<(), DatasetError> {
        for object in objects {
            let failed = |why: String| DatasetError::Object(format!("{object}: {why}"));
            let bucket = match self.bucket_of(&dataset.project, object).await {
                Ok(bucket) => bucket,
                Err(BucketError::Missing) => continue,
                Err(error) => return Err(failed(error.to_string())),
            };
            let path = Path::parse(&object.key).map_err(|error| failed(error.to_string()))?;
            match bucket.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        Ok(())
    }

    async fn forget_deletions(&self, dataset: &Dataset, ids: Vec<String>) -> Result<(), DatasetError> {
        let (id, ids) = (dataset.id.to_string(), Arc::new(ids));
        let done = self.meta().tx::<_, DatasetError, _>(move |tx| {
            let (id, ids) = (id.clone(), ids.clone());
            Box::pin(async move { Ok(rows::forget_deleted_samples(tx, &id, &ids).await?) })
        });
        done.await
    }
}

/// Deletes samples and remembers that; those that there were, with their places.
pub(crate) async fn remove_rows(
    tx: &mut dyn Tx,
    dataset: &str,
    ids: &[String],
    now_ms: i64,
) -> Result<Vec<(String, Place)>, DatasetError> {
    let found = rows::samples_by_ids(tx, dataset, ids).await?;
    let mut removed = Vec::with_capacity(found.len());
    let mut places = Vec::with_capacity(found.len());
    for row in found {
        rows::delete_sample(tx, dataset, &row.sample_id).await?;
        places.push((row.sample_id.clone(), row.location.clone()));
        let sample = super::stored::sample_of(row, Vec::new())?;
        removed.push((sample.id, sample.place));
    }
    rows::remember_deleted_samples(tx, dataset, &places, now_ms).await?;
    let count = i64::try_from(removed.len()).unwrap_or(i64::MAX);
    rows::touch_dataset_data(tx, dataset, 0, count, now_ms).await?;
    Ok(removed)
}
