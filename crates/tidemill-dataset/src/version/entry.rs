//! One sample of a version, and its canonical line.

use crate::sample::{Hardness, NewSample, Place, Sample, SampleLabel, SampleStatus, Usage};
use crate::{Fraction, LabelType, SampleType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidemill_bucket::{Location, Scheme};

/// A sample of a version. When it was written and added does not belong to it, so that equal content is one
/// version; when its annotations were made does, as manifests tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionEntry {
    /// The sample with its confirmed labels; `modified_ms` is 0 when it comes out of a version.
    pub sample: NewSample,
    /// A digest of the object's bytes, if it is known: `blake3:<hex>`.
    pub digest: Option<String>,
}

/// What entries are ordered by: `bucket/key`, line, id. As the catalog orders samples.
pub(crate) type Key = (String, u64, String);

impl VersionEntry {
    /// An entry without digest.
    pub fn new(sample: NewSample) -> Self {
        Self { sample, digest: None }
    }

    /// A sample of a dataset, with the labels that somebody stands for.
    pub(crate) fn of(sample: Sample) -> Self {
        let labels = sample.labels.into_iter().filter(|label| label.confirmed).collect();
        Self::new(NewSample {
            place: sample.place,
            kind: sample.kind,
            content: sample.content,
            size: sample.size,
            etag: sample.etag,
            modified_ms: 0,
            usage: sample.usage,
            hardness: sample.hardness,
            import_origin: sample.import_origin,
            metadata: sample.metadata,
            labels,
        })
    }

    /// The sample as a dataset that is at this version has it.
    pub fn into_sample(self) -> Sample {
        let id = self.sample.id();
        let new = self.sample;
        let status = if new.labels.is_empty() { SampleStatus::Unlabeled } else { SampleStatus::Labeled };
        Sample {
            id,
            place: new.place,
            kind: new.kind,
            content: new.content,
            size: new.size,
            etag: new.etag,
            modified_ms: new.modified_ms,
            created_ms: 0,
            status,
            usage: new.usage,
            hardness: new.hardness,
            import_origin: new.import_origin,
            metadata: new.metadata,
            labels: new.labels,
        }
    }

    pub(crate) fn key(&self) -> Key {
        let line = if let Place::Line(_, line) = self.sample.place { line } else { 0 };
        let place = self.sample.place.location().map(Location::plain);
        (place.unwrap_or_default(), line, self.sample.id())
    }

    /// Appends the canonical line with its line end.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        // Text and whole numbers into memory cannot fail; a line that did would be left out whole.
        if serde_json::to_writer(&mut *out, &Line::of(self)).is_err() {
            out.truncate(start);
            return;
        }
        out.push(b'\n');
    }

    /// The canonical line without its line end.
    pub fn line(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out);
        String::from_utf8_lossy(&out).trim_end().to_owned()
    }

    /// Reads a canonical line; `None` if it is none.
    pub fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Line>(line).ok()?.entry()
    }
}

/// The members of a line in their order: part of what a version's identity is made of, so never changed.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    line: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    kind: i64,
    size: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    etag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hard: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hard_millionths: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hard_reasons: Vec<u8>,
    #[serde(default, skip_serializing_if = "is_zero_signed")]
    origin: i64,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<LabelLine>,
}

#[derive(Serialize, Deserialize)]
struct LabelLine {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    kind: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    property: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score_millionths: Option<i64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_ms: Option<i64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_zero_signed(number: &i64) -> bool {
    *number == 0
}

impl Line {
    fn of(entry: &VersionEntry) -> Self {
        let sample = &entry.sample;
        Self {
            source: sample.place.location().map(|location| location.written(Scheme::S3)),
            line: if let Place::Line(_, line) = sample.place { line } else { 0 },
            content: sample.content.clone(),
            kind: sample.kind.code(),
            size: sample.size,
            etag: sample.etag.clone(),
            digest: entry.digest.clone(),
            usage: sample.usage.map(|usage| usage.as_str().to_owned()),
            hard: sample.hardness.hard,
            hard_millionths: sample.hardness.coefficient.map(Fraction::millionths),
            hard_reasons: sample.hardness.reasons.clone(),
            origin: sample.import_origin,
            metadata: sample.metadata.clone(),
            labels: sample.labels.iter().map(LabelLine::of).collect(),
        }
    }

    fn entry(self) -> Option<VersionEntry> {
        let place = match (self.source, self.line) {
            (None, _) => Place::Inline,
            (Some(source), 0) => Place::Object(Location::parse(&source).ok()?),
            (Some(source), line) => Place::Line(Location::parse(&source).ok()?, line),
        };
        let labels = self.labels.into_iter().map(LabelLine::label).collect::<Option<_>>()?;
        let sample = NewSample {
            place,
            kind: SampleType::from_code(self.kind)?,
            content: self.content,
            size: self.size,
            etag: self.etag,
            modified_ms: 0,
            usage: self.usage.as_deref().and_then(Usage::parse),
            hardness: Hardness {
                hard: self.hard,
                coefficient: self.hard_millionths.map(Fraction::from_millionths),
                reasons: self.hard_reasons,
            },
            import_origin: self.origin,
            metadata: self.metadata,
            labels,
        };
        Some(VersionEntry { sample, digest: self.digest })
    }
}

impl LabelLine {
    fn of(label: &SampleLabel) -> Self {
        Self {
            name: label.name.clone(),
            kind: label.kind.code(),
            id: label.id.clone(),
            property: label.property.clone(),
            score_millionths: label.score.map(Fraction::millionths),
            by: label.annotated_by.clone(),
            created_ms: label.created_ms,
        }
    }

    fn label(self) -> Option<SampleLabel> {
        Some(SampleLabel {
            name: self.name,
            kind: LabelType::from_code(self.kind)?,
            id: self.id,
            property: self.property,
            score: self.score_millionths.map(Fraction::from_millionths),
            annotated_by: self.by,
            confirmed: true,
            created_ms: self.created_ms,
        })
    }
}
