//! From an item to a sample: its facts, its labels, its copy below the input path.

use super::context::Import;
use super::item::{Author, Copied, Item, Labels, ObjectItem};
use super::label_list::read_label_list;
use super::skip::{Hindrance, Skip, told};
use super::store::LABEL_BYTES_MAX;
use super::{encoding, text, yolo};
use crate::SampleType;
use crate::sample::{NewSample, Place, SampleLabel};
use crate::task::TaskFailure;
use crate::voc;
use serde_json::json;
use tidemill_bucket::Location;
use tidemill_vision::voc::{Document, Shape};

/// Who stands for imported labels that name nobody.
pub(super) const ANNOTATED_BY: &str = "human";

/// What became of an item.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// A sample to be added.
    Sample(Box<NewSample>, Copied),
    /// Left out because the import does not ask for it.
    Filtered,
    /// Left out for a reason that is told.
    LeftOut(Skip, String),
    /// An object was copied whose samples follow.
    Copied(Copied),
}

impl Import {
    /// Makes a sample of an item. `Err` ends the import.
    pub(crate) async fn prepare(&self, item: Item) -> Result<Prepared, TaskFailure> {
        match item {
            Item::LeftOut(skip, place) => Ok(Prepared::LeftOut(skip, place)),
            Item::Copied(copied) => Ok(Prepared::Copied(copied)),
            Item::Sample(sample) => Ok(self.finished(*sample, Copied::default())),
            Item::Object(item) => {
                let place = item.place.to_string();
                match self.object(*item).await {
                    Ok(prepared) => Ok(prepared),
                    Err(Hindrance::Sample(skip, cause)) => Ok(Prepared::LeftOut(skip, told(place, cause))),
                    Err(Hindrance::Task(failure)) => Err(failure),
                }
            }
        }
    }

    async fn object(&self, item: ObjectItem) -> Result<Prepared, Hindrance> {
        let ObjectItem { place, facts, labels, known: mut sample } = item;
        let mut facts = match facts {
            Some(facts) => facts,
            None => self.store.head(&place).await?,
        };
        if facts.size > self.file_kind.bytes_max() {
            return Err(Skip::FileSize.into());
        }
        if self.options.annotations || self.options.filters() {
            self.read_labels(&place, labels, &mut sample).await?;
        }
        if !self.wants(&sample) {
            return Ok(Prepared::Filtered);
        }
        if sample.kind == SampleType::Text && sample.content.is_none() {
            let read = self.store.read(&place, text::LINE_BYTES_MAX as u64).await?;
            sample.content = Some(encoding::decode(&read.bytes).ok_or(Skip::Encoding)?);
        }
        let mut copied = Copied::default();
        let mut target = self.target(&place);
        if target != place && !self.options.samples {
            // What gets labels is there already: nothing is copied for it.
            let known = self.datasets.copied_from(&self.dataset, &place).await.map_err(TaskFailure::from)?;
            target = known.ok_or(Skip::NoSample)?;
            facts = self.store.head(&target).await?;
        } else if target != place {
            facts = self.store.copy(&place, &target).await?;
            copied = Copied { files: 1, bytes: facts.size };
        }
        sample.place = Place::Object(target);
        (sample.size, sample.etag, sample.modified_ms) = (facts.size, facts.etag, facts.modified_ms);
        Ok(self.finished(sample, copied))
    }

    /// What the options make of a sample whose labels are known.
    fn finished(&self, mut sample: NewSample, copied: Copied) -> Prepared {
        if !self.wants(&sample) {
            return Prepared::Filtered;
        }
        if !self.options.annotations {
            sample.labels.clear();
        }
        for label in &mut sample.labels {
            label.confirmed = self.options.confirmed || !self.can_wait;
        }
        Prepared::Sample(Box::new(sample), copied)
    }

    /// Whether a sample with these labels is asked for.
    fn wants(&self, sample: &NewSample) -> bool {
        let options = &self.options;
        let has = |names: &[String]| sample.labels.iter().any(|label| names.contains(&label.name));
        let hard = || sample.hardness.hard == Some(true) || sample.labels.iter().any(voc::is_hard);
        (options.included.is_empty() || has(&options.included))
            && !has(&options.excluded)
            && (!options.difficult_only || hard())
    }

    async fn read_labels(
        &self,
        place: &Location,
        labels: Labels,
        sample: &mut NewSample,
    ) -> Result<(), Hindrance> {
        match labels {
            Labels::Given => {}
            Labels::Name(name) => sample.labels.extend(self.label(name)),
            Labels::List(file) => {
                let read = self.store.read(&file, LABEL_BYTES_MAX).await?;
                let names = read_label_list(&read.bytes)?;
                sample.labels.extend(names.into_iter().filter_map(|name| self.label(name)));
            }
            Labels::Voc(file, author) => self.read_voc(place, (&file, &author), sample).await?,
            Labels::Yolo(file, classes) => self.read_yolo(place, &file, &classes, sample).await?,
        }
        Ok(())
    }

    /// A label of the dataset's own type.
    pub(super) fn label(&self, name: String) -> Option<SampleLabel> {
        self.label_type.map(|kind| SampleLabel::named(name, kind, ANNOTATED_BY))
    }

    async fn read_voc(
        &self,
        image: &Location,
        (file, author): (&Location, &Author),
        sample: &mut NewSample,
    ) -> Result<(), Hindrance> {
        let Some(kind) = self.label_type else { return Ok(()) };
        let read = self.store.read(file, LABEL_BYTES_MAX).await?;
        let document = Document::parse(&read.bytes).map_err(|e| Hindrance::because(Skip::LabelFile, e))?;
        let mut labels = voc::labels_of(&document, kind, &author.by).ok_or_else(|| {
            Hindrance::because(Skip::LabelFile, "an object has no name, or no sound numbers")
        })?;
        labels.iter_mut().for_each(|label| label.created_ms = author.created_ms);
        if labels.len() > super::LABELS_PER_SAMPLE_MAX {
            return Err(Skip::TooManyLabels.into());
        }
        if labels.iter().any(|label| label.name.chars().count() > super::LABEL_CHARS_MAX) {
            return Err(Skip::LabelName.into());
        }
        sample.labels = labels;
        for (key, value) in voc::metadata_of(&document) {
            sample.metadata.entry(key).or_insert(value);
        }
        if !sample.labels.is_empty() && !sample.metadata.contains_key(voc::SIZE) {
            drop(read);
            // A label file without a size is of use all the same.
            if let Ok((width, height)) = self.store.image_size(image).await {
                sample.metadata.insert(voc::SIZE.to_owned(), json!([width, height, 3]));
            }
        }
        Ok(())
    }

    async fn read_yolo(
        &self,
        image: &Location,
        file: &Location,
        classes: &[String],
        sample: &mut NewSample,
    ) -> Result<(), Hindrance> {
        let Some(kind) = self.label_type else { return Ok(()) };
        match self.store.head(file).await {
            Err(Skip::Missing) => return Ok(()),
            found => found?,
        };
        // Before the label file: who holds room for one and waits for more could wait for ever.
        let (width, height) = self.store.image_size(image).await?;
        let read = self.store.read(file, LABEL_BYTES_MAX).await?;
        for found in yolo::read_label_file(&read.bytes, classes.len(), width, height)? {
            let name = classes.get(found.class).cloned().ok_or(Skip::LabelFile)?;
            let property = voc::shape_properties(&Shape::Box(found.rect)).ok_or(Skip::LabelFile)?;
            sample.labels.push(SampleLabel { property, ..SampleLabel::named(name, kind, ANNOTATED_BY) });
        }
        sample.metadata.insert(voc::SIZE.to_owned(), json!([width, height, 3]));
        Ok(())
    }
}
