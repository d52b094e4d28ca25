//! Writing an export: samples are copied some at once, their label files beside them.

use super::coco::Coco;
use super::names::Names;
use super::options::{ExportFormat, ExportLayout, ExportOptions};
use super::source::ExportSource;
use super::start::place_of;
use super::yolo::YoloLists;
use crate::import::extension::stem;
use crate::import::label_list::write_label_list;
use crate::import::{Hindrance, Skip, Skips, Store, told};
use crate::sample::{NewSample, OnPresent, Place, Usage};
use crate::task::{FailureReason, Progress, TaskFailure, TaskRecord};
use crate::version::{Parts, Split};
use crate::voc;
use crate::{Dataset, DatasetId, DatasetType, Datasets};
use futures::StreamExt;
use futures::stream::iter;
use serde_json::json;
use tidemill_bucket::Location;
use tidemill_meta::dataset::Condition;

/// Samples written between two notes of how far the export is.
const BATCH: usize = 200;
/// Objects that are copied at once.
const AT_ONCE: usize = 16;
const ANNOTATIONS: &str = "annotations.json";

/// An export at work.
pub(super) struct Export {
    datasets: Datasets,
    dataset: Dataset,
    options: ExportOptions,
    store: Store,
    /// Where it writes.
    target: Location,
    condition: Condition,
    parts: Option<Parts>,
    names: Names,
    coco: Coco,
    yolo: YoloLists,
    skips: Skips,
}

/// A sample and where it is to be, relative to the target.
struct Planned {
    sample: NewSample,
    name: String,
}

/// A sample that was written.
struct Written {
    sample: NewSample,
    name: String,
    size: Option<(u32, u32)>,
}

impl Export {
    pub(super) fn new(
        datasets: &Datasets,
        dataset: Dataset,
        task: &TaskRecord,
        options: ExportOptions,
    ) -> Result<Self, TaskFailure> {
        // Days are counted back from when it was asked for, after a restart as well.
        let condition = options.condition(task.created_ms)?;
        Ok(Self {
            store: Store::new(dataset.project.clone(), datasets.buckets().clone()),
            target: place_of(&options.path)?,
            datasets: datasets.clone(),
            dataset,
            options,
            condition,
            parts: None,
            names: Names::default(),
            coco: Coco::default(),
            yolo: YoloLists::default(),
            skips: Skips::default(),
        })
    }

    pub(super) async fn run(mut self, progress: &mut Progress) -> Result<(), TaskFailure> {
        self.store.needed_bucket(&self.target.bucket).await?;
        self.look_through(progress).await?;
        progress.save().await?;
        let mut source = self.open().await?;
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            while batch.len() < BATCH
                && let Some(sample) = source.next().await?
            {
                batch.push(self.plan(sample));
            }
            if batch.is_empty() {
                break;
            }
            self.write(batch, progress).await?;
            progress.counts.left_out = self.skips.to_string();
            progress.save().await?;
        }
        self.write_lists().await
    }

    async fn open(&self) -> Result<ExportSource, TaskFailure> {
        ExportSource::open(&self.datasets, &self.dataset, &self.options, self.condition.clone()).await
    }

    /// Counts the samples and splits them, if that is asked for.
    async fn look_through(&mut self, progress: &mut Progress) -> Result<(), TaskFailure> {
        let mut split = Split::default();
        let mut source = self.open().await?;
        while let Some(sample) = source.next().await? {
            progress.counts.total += 1;
            self.yolo.know(&sample);
            if self.options.ratio.is_some() && !sample.labels.is_empty() {
                split.add(&sample.id(), sample.labels.iter().map(|label| label.name.as_str()));
            }
        }
        if let Some(ratio) = self.options.ratio {
            let refused = |error| TaskFailure::new(FailureReason::Split, format!("{error}"));
            self.parts = Some(split.parts(ratio).map_err(refused)?);
        }
        Ok(())
    }

    /// The part a sample is for: of a split, or its own.
    fn usage(&self, sample: &NewSample) -> Option<Usage> {
        match &self.parts {
            Some(_) if sample.labels.is_empty() => None,
            Some(parts) => Some(if parts.is_train(&sample.id()) { Usage::Train } else { Usage::Eval }),
            None => sample.usage,
        }
    }

    fn plan(&mut self, mut sample: NewSample) -> Planned {
        sample.usage = self.usage(&sample);
        let part = match sample.usage {
            // A YOLO directory lists its parts, and a dataset knows them.
            Some(usage) if self.parts.is_some() && self.writes_files() => {
                format!("{}/", usage.as_str().to_lowercase())
            }
            _ => String::new(),
        };
        let label = sample.labels.first().filter(|_| self.options.layout == ExportLayout::Directories);
        let label = label.map(|label| format!("{}/", directory_of(&label.name)));
        let directory = format!("{part}{}", label.unwrap_or_default());
        let name = sample.place.location().map_or("sample", Location::name).to_owned();
        Planned { name: self.names.take(&directory, &name), sample }
    }

    /// Whether label files lie beside the samples.
    fn writes_files(&self) -> bool {
        self.options.new_dataset.is_none() && self.options.format != ExportFormat::Yolo
    }

    async fn write(&mut self, batch: Vec<Planned>, progress: &mut Progress) -> Result<(), TaskFailure> {
        let this = &*self;
        let written = iter(batch).map(|planned| this.write_one(planned)).buffered(AT_ONCE);
        let written: Vec<_> = written.collect().await;
        let mut kept = Vec::with_capacity(written.len());
        for (place, outcome) in written {
            match outcome {
                Ok(one) => kept.push(one),
                Err(Hindrance::Sample(skip, cause)) => self.skips.add(skip, told(place, cause)),
                Err(Hindrance::Task(failure)) => return Err(failure),
            }
        }
        progress.counts.finished += kept.len() as u64;
        for one in &kept {
            let size = one.size.unwrap_or_default();
            match self.options.format {
                ExportFormat::Coco => self.coco.add(&one.name, size, &one.sample.labels),
                ExportFormat::Yolo => self.yolo.add(&one.name, one.sample.usage),
                ExportFormat::Voc => {}
            }
        }
        self.join(kept).await
    }

    /// The copies become samples of the new dataset.
    async fn join(&self, written: Vec<Written>) -> Result<(), TaskFailure> {
        let Some(id) = self.options.new_dataset.as_deref().and_then(DatasetId::parse) else { return Ok(()) };
        let samples = written.into_iter().map(|one| one.sample).collect();
        self.datasets.add_samples(&id, samples, OnPresent::Replace).await?;
        Ok(())
    }

    /// Copies a sample and writes its label file.
    async fn write_one(&self, planned: Planned) -> (String, Result<Written, Hindrance>) {
        let place = planned.sample.place.location().map(ToString::to_string).unwrap_or_default();
        (place, self.try_write(planned).await)
    }

    async fn try_write(&self, planned: Planned) -> Result<Written, Hindrance> {
        let Planned { mut sample, name } = planned;
        let source = sample.place.location().cloned().ok_or(Skip::Missing)?;
        let target = self.target.join(&name);
        let facts = self.store.copy(&source, &target).await?;
        let size = self.size(&mut sample, &source).await?;
        if self.options.new_dataset.is_none() {
            self.write_labels(&sample, &name, size).await?;
        }
        sample.place = Place::Object(target);
        (sample.size, sample.etag, sample.modified_ms) = (facts.size, facts.etag, facts.modified_ms);
        if self.options.clear_hard {
            sample.hardness = Default::default();
        }
        Ok(Written { sample, name, size })
    }

    /// The size of an image with shapes, or of any image for COCO.
    async fn size(&self, sample: &mut NewSample, source: &Location) -> Result<Option<(u32, u32)>, Hindrance> {
        let shapes =
            matches!(self.dataset.kind, DatasetType::ObjectDetection | DatasetType::ImageSegmentation);
        if !shapes || (sample.labels.is_empty() && self.options.format != ExportFormat::Coco) {
            return Ok(None);
        }
        if let Some(size) = voc::size_of(&sample.metadata) {
            return Ok(Some((size.width, size.height)));
        }
        let (width, height) = self.store.image_size(source).await?;
        sample.metadata.insert(voc::SIZE.to_owned(), json!([width, height, 3]));
        Ok(Some((width, height)))
    }

    async fn write_labels(
        &self,
        sample: &NewSample,
        name: &str,
        size: Option<(u32, u32)>,
    ) -> Result<(), TaskFailure> {
        let Some((extension, bytes)) = self.label_file(sample, name, size) else { return Ok(()) };
        self.store.put(&self.target.join(&format!("{}.{extension}", stem(name))), bytes).await
    }

    /// The extension and the bytes of a sample's label file; `None` if it needs none.
    fn label_file(
        &self,
        sample: &NewSample,
        name: &str,
        size: Option<(u32, u32)>,
    ) -> Option<(&'static str, Vec<u8>)> {
        let names = || sample.labels.iter().map(|label| label.name.as_str());
        match (self.dataset.kind, self.options.format) {
            (DatasetType::FreeFormat, _) | (_, ExportFormat::Coco) => None,
            (DatasetType::ImageClassification, _) => {
                let said = self.options.layout == ExportLayout::Directories
                    && sample.labels.len() == 1
                    && names().all(|name| directory_of(name) == name);
                (!said && !sample.labels.is_empty()).then(|| ("txt", write_label_list(names()).into_bytes()))
            }
            (_, ExportFormat::Yolo) => Some(("txt", self.yolo.label_file(sample, size?))),
            (_, ExportFormat::Voc) if sample.labels.is_empty() => None,
            (_, ExportFormat::Voc) => {
                let file = name.rsplit('/').next().unwrap_or(name);
                let hard = !self.options.clear_hard;
                Some(("xml", voc::document_of(file, &sample.metadata, &sample.labels, hard).write()))
            }
        }
    }

    /// The files that stand for all samples.
    async fn write_lists(self) -> Result<(), TaskFailure> {
        if self.options.new_dataset.is_some() {
            return Ok(());
        }
        let files = match self.options.format {
            ExportFormat::Voc => vec![],
            ExportFormat::Coco => vec![(ANNOTATIONS.to_owned(), self.coco.finish())],
            ExportFormat::Yolo => self.yolo.files(),
        };
        for (name, bytes) in files {
            self.store.put(&self.target.join(&name), bytes).await?;
        }
        Ok(())
    }
}

/// The name of a label as a directory.
fn directory_of(label: &str) -> String {
    let plain = label.replace(['/', '\\'], "_");
    match plain.trim_matches('.') {
        "" => "_".to_owned(),
        _ => plain,
    }
}
