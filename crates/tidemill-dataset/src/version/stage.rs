//! Staged samples: complete, under an id of their own, until one transaction makes them the working ones.

use super::entry::VersionEntry;
use super::heads::{Head, Heads};
use super::{read, tx};
use crate::dataset::Dataset;
use crate::sample::{Place, SampleLabel, row_of, sample_id};
use crate::{DatasetId, Datasets};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, SampleLabelRow, SampleRow};
use tidemill_meta::{MetaError, Tx};

/// Samples written in one transaction.
pub(super) const BATCH: usize = 500;

/// What is staged at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Samples.
    pub(super) entries: Vec<VersionEntry>,
    /// Objects whose samples are left out.
    pub(super) left_out: Vec<Location>,
}

impl Batch {
    pub(super) fn len(&self) -> usize {
        self.entries.len() + self.left_out.len()
    }
}

/// A batch as it is written.
struct Ready {
    samples: Vec<(SampleRow, Vec<SampleLabelRow>)>,
    left_out: Vec<(String, String)>,
    now_ms: i64,
}

impl Datasets {
    /// Adds samples to a stage. Those that the dataset has keep when they were written and added. An entry of a
    /// place that was staged before is left out.
    pub(super) async fn stage(
        &self,
        dataset: &Dataset,
        stage: &DatasetId,
        batch: Batch,
    ) -> Result<(), MetaError> {
        let now_ms = self.clock().now_ms();
        let ready = |entry: VersionEntry| {
            let labels = entry.sample.labels.iter().map(SampleLabel::row).collect();
            (row_of(&entry.sample, now_ms), entry.sample.place, labels)
        };
        let mut samples: Vec<_> = batch.entries.into_iter().map(ready).collect();
        self.keep_times(dataset, samples.iter_mut().map(|(row, ..)| row).collect()).await?;
        self.complete(dataset, samples.iter_mut().map(|(row, place, _)| (row, &*place)).collect()).await;
        let left_out = batch.left_out.into_iter().map(|location| {
            let plain = location.plain();
            (sample_id(&Place::Object(location), ""), plain)
        });
        let ready = Arc::new(Ready {
            samples: samples.into_iter().map(|(row, _, labels)| (row, labels)).collect(),
            left_out: left_out.collect(),
            now_ms,
        });
        let stage = stage.to_string();
        tx!(self.meta(), |tx, stage, ready| insert(tx, &stage, &ready))
    }

    /// Samples that the dataset has keep when they were written and added.
    async fn keep_times(&self, dataset: &Dataset, samples: Vec<&mut SampleRow>) -> Result<(), MetaError> {
        if samples.is_empty() {
            return Ok(());
        }
        let id = dataset.id.to_string();
        let ids: Arc<Vec<String>> = Arc::new(samples.iter().map(|row| row.sample_id.clone()).collect());
        let present: Vec<SampleRow> = read!(self.meta(), |tx, id, ids| rows::samples_by_ids(tx, &id, &ids))?;
        let present: HashMap<&str, &SampleRow> =
            present.iter().map(|row| (row.sample_id.as_str(), row)).collect();
        for row in samples {
            if let Some(old) = present.get(row.sample_id.as_str()) {
                row.created_ms = old.created_ms;
                if old.etag == row.etag {
                    row.modified_ms = old.modified_ms;
                }
            }
        }
        Ok(())
    }

    /// Asks the bucket when objects were written of which that is not known, and for their size where that is not
    /// known either. What has changed since keeps what the version says of it.
    async fn complete(&self, dataset: &Dataset, samples: Vec<(&mut SampleRow, &Place)>) {
        let asked = samples.into_iter().filter(|(row, _)| row.modified_ms == 0);
        let asked: Vec<_> = asked.filter_map(|(row, place)| Some((row, place.location()?))).collect();
        let places: Vec<&Location> = asked.iter().map(|(_, place)| *place).collect();
        let heads = Heads::new(self.clone(), dataset.project.clone()).of(&places).await;
        for ((row, _), head) in asked.into_iter().zip(heads) {
            let Head::Found(meta) = head else { continue };
            let etag = meta.e_tag.as_deref().unwrap_or_default().trim_matches('"');
            if row.etag.is_empty() && row.line == 0 {
                (row.etag, row.size) = (etag.to_owned(), meta.size);
            }
            if row.etag == etag {
                row.modified_ms = meta.last_modified.timestamp_millis();
            }
        }
    }
}

async fn insert(tx: &mut dyn Tx, stage: &str, batch: &Ready) -> Result<(), MetaError> {
    for (row, labels) in &batch.samples {
        if rows::insert_sample(tx, stage, row).await? {
            rows::insert_sample_labels(tx, stage, &row.sample_id, labels).await?;
        }
    }
    rows::remember_deleted_samples(tx, stage, &batch.left_out, batch.now_ms).await
}
