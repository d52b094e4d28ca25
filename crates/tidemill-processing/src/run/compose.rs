//! A completed run as a new version of a dataset.

use super::record::{Fate, LabelFile, Record};
use super::shard::Worker;
use crate::error::Trouble;
use futures::{Stream, TryStreamExt};
use std::time::Duration;
use tidemill_bucket::Location;
use tidemill_dataset::sample::{NewSample, SampleLabel, Usage};
use tidemill_dataset::version::{ComposedVersion, VersionEntry, VersionError};
use tidemill_dataset::{DatasetError, Datasets, LabelType, SampleType, voc};
use tidemill_model::ProjectId;
use tidemill_vision::voc::Document;

/// Who stands for the labels of a run's samples.
const BY: &str = "modelarts/processing";
/// How long to wait for a dataset that is busy with something else.
const BUSY: Duration = Duration::from_secs(1);

/// A run as a version of a dataset.
pub(crate) struct Composing<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) datasets: &'a Datasets,
    pub(crate) project: &'a ProjectId,
    pub(crate) dataset: &'a str,
    /// The dataset's input directory.
    pub(crate) input: &'a Location,
    /// The bucket of the run's output.
    pub(crate) output_bucket: &'a str,
    /// When the run was created: names the directory of its products.
    pub(crate) created_ms: i64,
}

impl Composing<'_> {
    /// Copies the products below the dataset's input directory and publishes the version; its id.
    pub(crate) async fn publish(&self, new: ComposedVersion, tables: &[String]) -> Result<String, Trouble> {
        loop {
            if self.worker.cancel().is_cancelled() {
                return Err(Trouble::Cancelled);
            }
            let entries = Box::pin(self.entries(tables));
            match self.datasets.publish_entries(self.project, self.dataset, new.clone(), entries).await {
                Ok(version) => return Ok(version.id),
                Err(VersionError::Dataset(DatasetError::Busy(_))) => self.worker.ctx.clock.sleep(BUSY).await,
                Err(_) if self.worker.cancel().is_cancelled() => return Err(Trouble::Cancelled),
                Err(error) => {
                    return Err(Trouble::Failed(format!("the dataset version cannot be published: {error}")));
                }
            }
        }
    }

    fn entries(&self, tables: &[String]) -> impl Stream<Item = Result<VersionEntry, String>> + Send {
        let tables = tables.to_vec();
        futures::stream::iter(tables.into_iter().map(Ok))
            .and_then(async |table: String| self.worker.records(&table).await)
            .map_ok(|records| futures::stream::iter(records.into_iter().map(Ok)))
            .try_flatten()
            .and_then(async |record| self.of_record(&record).await)
            .map_ok(|entries| futures::stream::iter(entries.into_iter().map(Ok)))
            .try_flatten()
            .map_err(|trouble: Trouble| trouble.to_string())
    }

    /// What a record adds to the version: nothing, its origin, its product, or both.
    async fn of_record(&self, record: &Record) -> Result<Vec<VersionEntry>, Trouble> {
        let mut entries = Vec::new();
        if matches!(record.fate, Fate::Kept | Fate::Added | Fate::Passed | Fate::Withdrawn) {
            let place = record.origin_location();
            let etag = record.etag.clone().unwrap_or_default();
            let labels = record.label_file_of_origin();
            entries.push(self.entry(record, place, record.size, &etag, labels).await?);
        }
        if let (Fate::Changed | Fate::Added, Some(key)) = (record.fate, &record.product) {
            let (place, size, etag) = self.copy(key).await?;
            entries.push(self.entry(record, place, size, &etag, record.label_file.as_ref()).await?);
        }
        Ok(entries)
    }

    async fn entry(
        &self,
        record: &Record,
        place: Location,
        size: u64,
        etag: &str,
        label_file: Option<&LabelFile>,
    ) -> Result<VersionEntry, Trouble> {
        let mut sample = NewSample::object(place, SampleType::Image, size, etag, 0);
        sample.usage = record.usage.as_deref().and_then(Usage::parse);
        let named = |name: &String| SampleLabel::named(name, LabelType::ImageClassification, BY);
        sample.labels = record.labels.iter().map(named).collect();
        if let Some(document) = self.document(label_file).await? {
            sample.metadata = voc::metadata_of(&document);
            let shapes = voc::labels_of(&document, LabelType::ObjectDetection, BY);
            sample.labels.extend(shapes.unwrap_or_default());
        }
        Ok(VersionEntry::new(sample))
    }

    async fn document(&self, label_file: Option<&LabelFile>) -> Result<Option<Document>, Trouble> {
        let text = match label_file {
            None => return Ok(None),
            Some(LabelFile::Text(text)) => text.clone().into(),
            Some(LabelFile::Object { path, etag }) => {
                match self.worker.objects.read(path, etag.as_deref()).await? {
                    Ok(bytes) => bytes,
                    // The picture stays, without labels that are not there any more.
                    Err(_) => return Ok(None),
                }
            }
        };
        Ok(Document::parse(&text).ok())
    }

    /// Copies a product below the dataset's input directory.
    async fn copy(&self, key: &str) -> Result<(Location, u64, String), Trouble> {
        let place = self.input.join(&format!("import_{}/{}/{key}", self.created_ms, self.output_bucket));
        let from = format!("{}/{key}", self.output_bucket);
        let bytes = self.worker.objects.read(&from, None).await?;
        let bytes = bytes.map_err(|_| Trouble::Failed(format!("the product {from} is gone")))?;
        let size = bytes.len() as u64;
        let etag = self.worker.objects.write(&place, bytes).await?;
        Ok((place, size, etag))
    }
}
