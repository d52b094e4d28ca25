//! Counting what is in a version.

use super::entry::VersionEntry;
use crate::label::Label;
use crate::{LabelType, SampleType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Whether samples have one label or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelVariety {
    /// No sample has a label.
    #[default]
    Unlabeled,
    /// No sample has more than one.
    Single,
    /// Some sample has several.
    Multi,
}

/// What is in a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Samples.
    pub total: u64,
    /// Samples with labels.
    pub annotated: u64,
    /// Key frames of videos.
    pub sub_total: u64,
    /// Key frames with labels.
    pub sub_annotated: u64,
    /// Samples of the version before.
    pub previous_total: u64,
    /// Samples with labels of the version before.
    pub previous_annotated: u64,
    /// Samples the version before does not have.
    pub added: u64,
    /// Samples that differ from the version before in anything but usage.
    pub modified: u64,
    /// Samples only the version before has.
    pub deleted: u64,
    /// Whether samples have one label or several.
    pub variety: LabelVariety,
}

/// A label of the dataset and how often a version has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelSummary {
    /// Its name.
    pub name: String,
    /// Its type, as a code of the API.
    pub kind: i64,
    /// Its properties.
    pub property: Map<String, Value>,
    /// Its attributes, as they were sent.
    pub attributes: Vec<Value>,
    /// Annotations with it.
    pub count: u64,
    /// Samples with it.
    pub sample_count: u64,
}

impl LabelSummary {
    fn of(label: Label) -> Self {
        Self {
            name: label.name,
            kind: label.kind.code(),
            property: label.property,
            attributes: label.attributes,
            count: 0,
            sample_count: 0,
        }
    }

    /// The label, to be known to a dataset again.
    pub(super) fn label(&self) -> Option<Label> {
        Some(Label {
            name: self.name.clone(),
            kind: LabelType::from_code(self.kind)?,
            property: self.property.clone(),
            attributes: self.attributes.clone(),
        })
    }
}

/// Counts samples as they pass. Memory: the labels.
pub(super) struct Tally {
    pub(super) summary: Summary,
    pub(super) labels: Vec<LabelSummary>,
    at: HashMap<(String, i64), usize>,
}

impl Tally {
    /// Begins with the labels of the dataset, each at zero.
    pub(super) fn new(labels: Vec<Label>) -> Self {
        let labels: Vec<LabelSummary> = labels.into_iter().map(LabelSummary::of).collect();
        let at = labels.iter().enumerate().map(|(n, label)| ((label.name.clone(), label.kind), n)).collect();
        Self { summary: Summary::default(), labels, at }
    }

    pub(super) fn add(&mut self, entry: &VersionEntry) {
        let labels = &entry.sample.labels;
        let is_frame = entry.sample.kind == SampleType::Image
            && entry.sample.metadata.contains_key("@modelarts:parent_source");
        let labeled = u64::from(!labels.is_empty());
        if is_frame {
            self.summary.sub_total += 1;
            self.summary.sub_annotated += labeled;
        }
        self.summary.total += 1;
        self.summary.annotated += labeled;
        let mut seen: Vec<usize> = Vec::with_capacity(labels.len());
        for label in labels.iter().filter(|label| !label.name.is_empty()) {
            let number = self.number(&label.name, label.kind);
            let first = !seen.contains(&number);
            if let Some(known) = self.labels.get_mut(number) {
                known.count += 1;
                known.sample_count += u64::from(first);
            }
            if first {
                seen.push(number);
            }
        }
        self.widen(seen.len(), labeled > 0);
    }

    fn widen(&mut self, different: usize, labeled: bool) {
        self.summary.variety = match (self.summary.variety, different) {
            (LabelVariety::Multi, _) | (_, 2..) => LabelVariety::Multi,
            (LabelVariety::Unlabeled, _) if labeled => LabelVariety::Single,
            (present, _) => present,
        };
    }

    fn number(&mut self, name: &str, kind: LabelType) -> usize {
        let key = (name.to_owned(), kind.code());
        if let Some(number) = self.at.get(&key) {
            return *number;
        }
        self.labels.push(LabelSummary::of(Label::new(name, kind)));
        self.at.insert(key, self.labels.len() - 1);
        self.labels.len() - 1
    }
}
