//! A completed run as a new version of a dataset.

use super::inherit::relabel;
use super::record::{Fate, LabelFile, Record};
use super::said::{Said, complete_label, inherited};
use super::shard::Worker;
use crate::context::tx;
use crate::error::Trouble;
use futures::{Stream, TryStreamExt};
use serde_json::json;
use std::time::Duration;
use tidemill_bucket::Location;
use tidemill_dataset::sample::{NewSample, SampleLabel, Usage};
use tidemill_dataset::version::{Composed, ComposedVersion, Gate, VersionEntry, VersionError};
use tidemill_dataset::{DatasetError, Datasets, LabelType, SampleType, voc};
use tidemill_meta::processing;
use tidemill_model::ProjectId;
use tidemill_vision::voc::{Document, ImageSize};
use tidemill_vision::{DecodeLimits, dimensions};

/// Who stands for the labels of a run's samples.
const BY: &str = "modelarts/processing";
/// How long to wait for a dataset that is busy with something else.
const BUSY: Duration = Duration::from_secs(1);

/// A run as a version of a dataset.
pub(crate) struct Composing<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) run_id: &'a str,
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
            let gate = Gate { cancel: self.worker.cancel().clone(), seal: || self.seal() };
            let (project, dataset) = (self.project, self.dataset);
            match self.datasets.publish_entries_through(project, dataset, new.clone(), entries, gate).await {
                Ok(version) => return Ok(version.id),
                Err(VersionError::Dataset(DatasetError::Busy(_))) => {
                    let wait = self.worker.ctx.clock.sleep(BUSY);
                    self.worker.cancel().run_until_cancelled(wait).await;
                }
                Err(_) if self.worker.cancel().is_cancelled() => return Err(Trouble::Cancelled),
                Err(error) => {
                    return Err(Trouble::Failed(format!("the dataset version cannot be published: {error}")));
                }
            }
        }
    }

    /// From here on the run can only complete; false if it was stopped before.
    async fn seal(&self) -> Result<bool, String> {
        let (ctx, run_id) = (&self.worker.ctx, self.run_id.to_owned());
        let now_ms = ctx.clock.now_ms();
        let sealed = tx!(ctx.meta, |tx, run_id| processing::seal_run(tx, &run_id, now_ms));
        let sealed = sealed.map_err(|e| e.to_string())?;
        if !sealed {
            // Whoever stopped it is about to say so.
            self.worker.cancel().cancel();
        }
        Ok(sealed)
    }

    fn entries(&self, tables: &[String]) -> impl Stream<Item = Result<Composed, String>> + Send {
        let tables = tables.to_vec();
        futures::stream::iter(tables.into_iter().map(Ok))
            .and_then(async |table: String| self.worker.records(&table).await)
            .map_ok(|records| futures::stream::iter(records.into_iter().map(Ok)))
            .try_flatten()
            .and_then(async |record| self.of_record(&record).await)
            .map_ok(|composed| futures::stream::iter(composed.into_iter().map(Ok)))
            .try_flatten()
            .map_err(|trouble: Trouble| trouble.to_string())
    }

    /// What a record does to the version: its origin is in it or left out, its product is in it.
    async fn of_record(&self, record: &Record) -> Result<Vec<Composed>, Trouble> {
        if self.worker.cancel().is_cancelled() {
            return Err(Trouble::Cancelled);
        }
        let mut composed = Vec::new();
        match record.fate {
            // It was made of nothing.
            _ if record.origin.is_empty() => {}
            Fate::Dropped | Fate::Changed => composed.push(Composed::LeftOut(record.origin_location())),
            Fate::Kept | Fate::Added | Fate::Passed | Fate::Withdrawn => {
                composed.push(Composed::Sample(Box::new(self.origin(record).await?)));
            }
        }
        if let (Fate::Changed | Fate::Added, Some(key)) = (record.fate, &record.product) {
            composed.push(Composed::Sample(Box::new(self.product(record, key).await?)));
        }
        Ok(composed)
    }

    /// The sample that a record came from, with all that its dataset says of it if it came from one.
    async fn origin(&self, record: &Record) -> Result<VersionEntry, Trouble> {
        if let Some(entry) = known(record)? {
            return Ok(entry);
        }
        let etag = record.etag.clone().unwrap_or_default();
        let place = record.origin_location();
        let mut sample = NewSample::object(place, SampleType::Image, record.size, &etag, 0);
        self.describe(&mut sample, record, record.label_file_of_origin(), &record.said).await?;
        Ok(VersionEntry::new(sample))
    }

    /// The sample that a record became. A changed one keeps what its dataset says of it as far as that still holds;
    /// an added one gets the labels that the run carried along.
    async fn product(&self, record: &Record, key: &str) -> Result<VersionEntry, Trouble> {
        let (mut sample, size) = self.copy(key).await?;
        match known(record)? {
            Some(entry) if record.fate == Fate::Changed => {
                self.inherit(&mut sample, entry.sample, record, size).await?;
            }
            entry => {
                let new = (record.fate == Fate::Added).then(|| inherited(&record.said));
                let said = new.as_deref().unwrap_or(&record.said);
                self.describe(&mut sample, record, record.label_file.as_ref(), said).await?;
                carry_properties(&mut sample, entry.as_ref());
            }
        }
        Ok(VersionEntry::new(sample))
    }

    /// Usage and labels as the record has them, with what is `said` of the labels.
    async fn describe(
        &self,
        sample: &mut NewSample,
        record: &Record,
        label_file: Option<&LabelFile>,
        said: &[Said],
    ) -> Result<(), Trouble> {
        sample.usage = record.usage.as_deref().and_then(Usage::parse);
        let named = |name: &String| SampleLabel::named(name, LabelType::ImageClassification, BY);
        sample.labels = record.labels.iter().map(named).collect();
        if let Some(document) = self.document(label_file).await? {
            sample.metadata = voc::metadata_of(&document);
            let shapes = voc::labels_of(&document, LabelType::ObjectDetection, BY);
            sample.labels.extend(shapes.unwrap_or_default());
        }
        sample.labels.iter_mut().for_each(|label| complete_label(label, said));
        Ok(())
    }

    /// What the changed sample keeps of `before`.
    async fn inherit(
        &self,
        sample: &mut NewSample,
        before: NewSample,
        record: &Record,
        size: Option<ImageSize>,
    ) -> Result<(), Trouble> {
        (sample.labels, sample.metadata, sample.usage) = (before.labels, before.metadata, before.usage);
        (sample.hardness, sample.import_origin) = (before.hardness, before.import_origin);
        if record.origin_label_file.is_some() {
            let document = self.document(record.label_file.as_ref()).await?;
            relabel(sample, document.as_ref(), BY);
        } else if let Some(size) = size.filter(|_| voc::size_of(&sample.metadata).is_some()) {
            sample.metadata.insert(voc::SIZE.to_owned(), json!([size.width, size.height, 3]));
        }
        Ok(())
    }

    async fn document(&self, label_file: Option<&LabelFile>) -> Result<Option<Document>, Trouble> {
        let text = match label_file {
            None => return Ok(None),
            Some(LabelFile::Text(text)) => text.clone().into(),
            Some(LabelFile::Object { path, etag }) => {
                let read = self.worker.objects.read_label_file(path, etag.as_deref());
                match self.worker.unless_stopped(read).await? {
                    Ok(bytes) => bytes,
                    // The picture stays, without labels that are not there any more.
                    Err(_) => return Ok(None),
                }
            }
        };
        Ok(Document::parse(&text).ok())
    }

    /// Where the copy of something in the output is, below the dataset's input directory. Of a run's output, whose
    /// directory bears its id, it is that run's alone and the same however often the run goes on.
    pub(crate) fn copy_of(&self, place: &Location) -> Location {
        self.input.join(&format!("import_{}/{}", self.created_ms, place.plain()))
    }

    /// Copies a product below the dataset's input directory: the sample that it is, and the size of its picture.
    async fn copy(&self, key: &str) -> Result<(NewSample, Option<ImageSize>), Trouble> {
        let place = self.copy_of(&Location { bucket: self.output_bucket.to_owned(), key: key.to_owned() });
        let from = format!("{}/{key}", self.output_bucket);
        let gone = |_| Trouble::Failed(format!("the product {from} is gone"));
        let peek = self.worker.unless_stopped(self.worker.objects.peek(&from, None)).await?.map_err(gone)?;
        let _held = self.worker.ctx.pool.reserve(peek.size, self.worker.cancel()).await?;
        let bytes = match peek.whole() {
            Some(whole) => whole,
            None => self.worker.unless_stopped(self.worker.objects.read(&from, None)).await?.map_err(gone)?,
        };
        let size = bytes.len() as u64;
        let sides = dimensions(&bytes, &DecodeLimits::default()).ok();
        let etag = self.worker.objects.write(&place, bytes).await?;
        let sample = NewSample::object(place, SampleType::Image, size, &etag, 0);
        Ok((sample, sides.map(|sides| ImageSize { width: sides.width, height: sides.height })))
    }
}

/// What the dataset version that a record came from says of it.
fn known(record: &Record) -> Result<Option<VersionEntry>, Trouble> {
    let Some(line) = &record.entry else { return Ok(None) };
    let entry = VersionEntry::parse(line.as_bytes());
    entry.map(Some).ok_or_else(|| Trouble::Failed("a stored sample of the dataset is damaged".to_owned()))
}

/// The attributes of the names that a new sample has from its origin.
fn carry_properties(sample: &mut NewSample, origin: Option<&VersionEntry>) {
    let known = origin.map(|entry| entry.sample.labels.as_slice()).unwrap_or_default();
    for label in sample.labels.iter_mut().filter(|label| label.kind == LabelType::ImageClassification) {
        let same = |old: &&SampleLabel| (&old.name, old.kind) == (&label.name, label.kind);
        if let Some(old) = known.iter().find(same) {
            label.property.clone_from(&old.property);
        }
    }
}
