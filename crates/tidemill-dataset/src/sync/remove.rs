//! Removing samples whose objects have vanished.

use crate::DatasetError;
use crate::import::{Import, Skip};
use crate::task::TaskFailure;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::Tx;
use tidemill_meta::dataset::{self as rows, SampleRow};

/// Samples removed in one transaction.
const BATCH: usize = 500;

/// Samples that are to be removed.
pub(super) struct Removal<'i> {
    import: &'i Import,
    batch: Vec<String>,
    removed: u64,
}

impl<'i> Removal<'i> {
    pub(super) fn new(import: &'i Import) -> Self {
        Self { import, batch: Vec::new(), removed: 0 }
    }

    /// Removes a sample that the listing did not have, unless its object is there by now.
    pub(super) async fn add(&mut self, row: SampleRow) -> Result<(), TaskFailure> {
        let place = Location::parse(&format!("/{}", row.location));
        let gone = match place {
            Ok(place) => matches!(self.import.store.head(&place).await, Err(Skip::Missing)),
            Err(_) => true,
        };
        if gone {
            self.batch.push(row.sample_id);
        }
        if self.batch.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    /// Removes the rest; how many there were in all.
    pub(super) async fn finish(mut self) -> Result<u64, TaskFailure> {
        self.flush().await?;
        Ok(self.removed)
    }

    async fn flush(&mut self) -> Result<(), TaskFailure> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let (datasets, ids) = (&self.import.datasets, Arc::new(std::mem::take(&mut self.batch)));
        let (dataset, now_ms) = (self.import.dataset.id.to_string(), datasets.clock().now_ms());
        let removed = datasets.meta().tx::<_, DatasetError, _>(move |tx| {
            let (dataset, ids) = (dataset.clone(), ids.clone());
            Box::pin(async move { remove(tx, &dataset, &ids, now_ms).await })
        });
        self.removed += removed.await?;
        Ok(())
    }
}

async fn remove(tx: &mut dyn Tx, dataset: &str, ids: &[String], now_ms: i64) -> Result<u64, DatasetError> {
    let mut removed = 0;
    for id in ids {
        removed += i64::from(rows::delete_sample(tx, dataset, id).await?);
    }
    // An object that comes again after it vanished is a new one.
    rows::forget_deleted_samples(tx, dataset, ids).await?;
    match rows::touch_dataset_data(tx, dataset, 0, removed, now_ms).await? {
        Some(_) => Ok(u64::try_from(removed).unwrap_or_default()),
        None => Err(DatasetError::Unknown(dataset.to_owned())),
    }
}
