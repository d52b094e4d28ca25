//! Reading the samples of a manifest.

use super::context::Import;
use super::item::{Author, Item, Items, Labels, ObjectItem};
use super::skip::Skip;
use crate::manifest::{Annotation, AnnotationKind, Entry, Line, Reader, Source};
use crate::sample::{Hardness, NewSample, Place, SampleLabel, Usage};
use crate::task::{FailureReason, TaskFailure};
use crate::{DatasetType, Fraction, LabelType, SampleType};
use serde_json::Value;
use tidemill_bucket::Location;

/// The largest manifest.
const MANIFEST_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

impl Import {
    /// Hands on the samples of the manifest.
    pub(super) async fn read_manifest(&self, items: &Items) -> Result<(), TaskFailure> {
        let unreadable = |skip: Skip| {
            let reason =
                if skip == Skip::Missing { FailureReason::PathMissing } else { FailureReason::Storage };
            TaskFailure::new(reason, format!("the manifest {}: {skip}", self.path))
        };
        let found = self.store.get(&self.path).await.map_err(unreadable)?;
        if found.meta.size > MANIFEST_BYTES_MAX {
            return Err(TaskFailure::new(FailureReason::Invalid, "the manifest is larger than 5 GB"));
        }
        let directory = self.path.key.rsplit_once('/').map_or("", |(directory, _)| directory);
        let mut reader = Reader::new(found.into_stream(), self.at(directory));
        while let Some(line) =
            reader.next().await.map_err(|error| TaskFailure::store(&self.path.bucket, &error))?
        {
            items.send(self.manifest_item(line)).await?;
        }
        Ok(())
    }

    fn manifest_item(&self, line: Line) -> Item {
        match line.entry {
            Ok(entry) => self.entry_item(entry, line.number),
            Err(error) => Item::LeftOut(Skip::ManifestLine, format!("line {}: {error}", line.number)),
        }
    }

    fn entry_item(&self, mut entry: Entry, number: u64) -> Item {
        let is_text = self.dataset.kind.sample_type() == SampleType::Text;
        match std::mem::replace(&mut entry.source, Source::Content(String::new())) {
            Source::Content(text) if is_text => Item::Sample(Box::new(NewSample {
                place: Place::Inline,
                size: text.len() as u64,
                content: Some(text),
                ..self.known(entry, &self.path)
            })),
            Source::Content(_) => {
                let told = format!("line {number}: text in a dataset that is not of texts");
                Item::LeftOut(Skip::ManifestLine, told)
            }
            Source::Object(place) => {
                let labels = self.label_file(&entry);
                ObjectItem::named(place.clone(), labels, self.known(entry, &place))
            }
        }
    }

    /// The label file of a detection or segmentation.
    fn label_file(&self, entry: &Entry) -> Labels {
        let in_file = entry.annotations.iter().find(|annotation| self.takes(annotation.kind));
        match in_file.and_then(|annotation| Some((annotation.annotation_loc.clone()?, annotation))) {
            Some((file, annotation)) if annotation.kind.has_file() => {
                Labels::Voc(file, Author::of(annotation))
            }
            _ => Labels::Given,
        }
    }

    /// What the line itself says.
    fn known(&self, entry: Entry, place: &Location) -> NewSample {
        let labels = entry.annotations.iter().filter(|annotation| !annotation.kind.has_file());
        let kind = entry.sample_type.and_then(SampleType::from_code);
        NewSample {
            labels: labels.filter_map(|annotation| self.annotation(annotation)).collect(),
            usage: entry.usage.and_then(|usage| Usage::parse(usage.as_lower())),
            hardness: Hardness {
                hard: entry.hard,
                coefficient: entry.hard_coefficient.and_then(Fraction::new),
                reasons: Vec::new(),
            },
            metadata: entry.property,
            kind: kind.unwrap_or(self.dataset.kind.sample_type()),
            ..self.new_sample(place)
        }
    }

    fn annotation(&self, annotation: &Annotation) -> Option<SampleLabel> {
        let kind = self.label_kind(annotation.kind).filter(|kind| self.dataset.kind.takes(*kind))?;
        let mut property = annotation.property.clone();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                property.insert(key.to_owned(), Value::String(value));
            }
        };
        put("@modelarts:hard", annotation.hard.map(|hard| hard.to_string()));
        put("@modelarts:hard_coefficient", annotation.hard_coefficient.map(|n| n.to_string()));
        let Author { by, created_ms } = Author::of(annotation);
        Some(SampleLabel {
            name: annotation.name.clone().unwrap_or_default(),
            kind,
            id: annotation.id.clone(),
            property,
            score: annotation.confidence.and_then(Fraction::new),
            annotated_by: by,
            confirmed: true,
            created_ms,
        })
    }

    fn takes(&self, kind: AnnotationKind) -> bool {
        self.label_kind(kind).is_some_and(|kind| self.dataset.kind.takes(kind))
    }

    /// The type of a label with this annotation in such a dataset.
    fn label_kind(&self, kind: AnnotationKind) -> Option<LabelType> {
        let dataset = self.dataset.kind;
        Some(match kind {
            AnnotationKind::ImageClassification => LabelType::ImageClassification,
            AnnotationKind::ObjectDetection if dataset == DatasetType::Video => LabelType::Video,
            AnnotationKind::ObjectDetection => LabelType::ObjectDetection,
            AnnotationKind::ImageSegmentation => LabelType::ImageSegmentation,
            AnnotationKind::TextClassification => LabelType::TextClassification,
            AnnotationKind::TextEntity if dataset == DatasetType::TextTriplets => LabelType::TripletEntity,
            AnnotationKind::TextEntity => LabelType::NamedEntity,
            AnnotationKind::TextTriplet => LabelType::TripletRelation,
            AnnotationKind::AudioClassification => LabelType::SoundClassification,
            AnnotationKind::AudioContent => LabelType::SpeechContent,
            AnnotationKind::AudioSegmentation => LabelType::SpeechParagraph,
        })
    }
}
