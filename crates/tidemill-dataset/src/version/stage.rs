//! Staged samples: complete, under an id of their own, until one transaction makes them the working ones.

use super::entry::VersionEntry;
use super::tx;
use crate::sample::{SampleLabel, row_of};
use crate::{DatasetId, Datasets};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_meta::dataset::{self as rows, SampleLabelRow, SampleRow};
use tidemill_meta::{MetaError, Tx};

/// Samples written in one transaction.
pub(super) const BATCH: usize = 500;

type Ready = (SampleRow, Vec<SampleLabelRow>);

impl Datasets {
    /// Adds samples to a stage. Those that the dataset has keep when they were written and added. An entry of a
    /// place that was staged before is left out.
    pub(super) async fn stage(
        &self,
        dataset: &DatasetId,
        stage: &DatasetId,
        entries: Vec<VersionEntry>,
    ) -> Result<(), MetaError> {
        let now_ms = self.clock().now_ms();
        let ready = |entry: VersionEntry| {
            let labels = entry.sample.labels.iter().map(SampleLabel::row).collect();
            (row_of(&entry.sample, now_ms), labels)
        };
        let batch: Arc<Vec<Ready>> = Arc::new(entries.into_iter().map(ready).collect());
        let (dataset, stage) = (dataset.to_string(), stage.to_string());
        tx!(self.meta(), |tx, dataset, stage, batch| insert(tx, &dataset, &stage, &batch))
    }
}

async fn insert(tx: &mut dyn Tx, dataset: &str, stage: &str, batch: &[Ready]) -> Result<(), MetaError> {
    let ids: Vec<String> = batch.iter().map(|(row, _)| row.sample_id.clone()).collect();
    let present = rows::samples_by_ids(tx, dataset, &ids).await?;
    let present: HashMap<&str, &SampleRow> =
        present.iter().map(|row| (row.sample_id.as_str(), row)).collect();
    for (row, labels) in batch {
        let mut row = row.clone();
        if let Some(old) = present.get(row.sample_id.as_str()) {
            row.created_ms = old.created_ms;
            if old.etag == row.etag {
                row.modified_ms = old.modified_ms;
            }
        }
        if rows::insert_sample(tx, stage, &row).await? {
            rows::insert_sample_labels(tx, stage, &row.sample_id, labels).await?;
        }
    }
    Ok(())
}
