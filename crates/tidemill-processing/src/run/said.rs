//! What is said of a sample's annotations beside names and label files: by whom, when, how sure, with which attributes.

use super::record::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use tidemill_dataset::manifest::{Annotation, read_time, written_time};
use tidemill_dataset::sample::SampleLabel;
use tidemill_dataset::version::VersionEntry;
use tidemill_dataset::{Fraction, LabelType};

/// What is said of one annotation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// The label it is about; `None`: the label file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// When, in ms since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_ms: Option<i64>,
    /// How sure it is, in millionths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<i64>,
    /// Attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    property: Map<String, Value>,
}

impl Said {
    /// What a manifest says of an annotation.
    pub(crate) fn of(annotation: &Annotation) -> Self {
        let is_file = annotation.kind.has_file();
        Self {
            name: annotation.name.clone().filter(|_| !is_file),
            by: annotation.annotated_by.clone(),
            created_ms: annotation.creation_time.as_deref().and_then(read_time),
            confidence: annotation.confidence.and_then(Fraction::new).map(Fraction::millionths),
            property: annotation.property.clone(),
        }
    }

    fn of_label(label: &SampleLabel) -> Self {
        let by = Some(label.annotated_by.clone()).filter(|by| !by.is_empty());
        if is_shape(label.kind) {
            // Each shape's own attributes stand in the label file.
            return Self { by, created_ms: label.created_ms, ..Self::default() };
        }
        Self {
            name: Some(label.name.clone()),
            by,
            created_ms: label.created_ms,
            confidence: label.score.map(Fraction::millionths),
            property: label.property.clone(),
        }
    }

    /// What holds of the annotation of another picture, too.
    fn inherited(&self) -> Self {
        Self { name: self.name.clone(), property: self.property.clone(), ..Self::default() }
    }

    /// Bytes it takes in a table, at most.
    pub(crate) fn bytes(&self) -> u64 {
        serde_json::to_string(self).map_or(0, |text| text.len() as u64)
    }
}

/// What is said of the annotations of a record: by the dataset version it came from, or by a manifest.
pub(crate) fn said_of(record: &Record) -> Cow<'_, [Said]> {
    match record.entry.as_ref().and_then(|line| VersionEntry::parse(line.as_bytes())) {
        Some(entry) => entry.sample.labels.iter().map(Said::of_label).collect(),
        None => Cow::Borrowed(&record.said),
    }
}

/// The part of it that holds of a new picture made of this one.
pub(crate) fn inherited(said: &[Said]) -> Vec<Said> {
    said.iter().map(Said::inherited).collect()
}

/// Adds what is said of it to an annotation of a manifest.
pub(crate) fn complete(annotation: &mut Annotation, said: &[Said]) {
    let Some(said) = said.iter().find(|said| said.name == annotation.name) else { return };
    annotation.annotated_by.clone_from(&said.by);
    annotation.creation_time = said.created_ms.and_then(written_time);
    annotation.confidence = said.confidence.map(|n| Fraction::from_millionths(n).get());
    annotation.property.clone_from(&said.property);
}

/// Adds what is said of it to a label of a dataset; who made it only if that is known.
pub(crate) fn complete_label(label: &mut SampleLabel, said: &[Said]) {
    let name = Some(&label.name).filter(|_| !is_shape(label.kind));
    let Some(said) = said.iter().find(|said| said.name.as_ref() == name) else { return };
    if let Some(by) = &said.by {
        label.annotated_by.clone_from(by);
    }
    label.created_ms = said.created_ms;
    label.score = said.confidence.map(Fraction::from_millionths).or(label.score);
    label.property.extend(said.property.clone());
}

fn is_shape(kind: LabelType) -> bool {
    matches!(kind, LabelType::ObjectDetection | LabelType::ImageSegmentation)
}
