//! One sample of a manifest.

use super::annotation::Annotation;
use super::field::{Fields, InvalidField};
use crate::sample::Usage;
use serde_json::{Map, Value};
use tidemill_bucket::{Location, Scheme};

/// What marks text that stands in the manifest itself.
pub(super) const CONTENT: &str = "content://";

/// What a sample is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// An object.
    Object(Location),
    /// Text.
    Content(String),
}

impl Source {
    /// Reads `content://` with the text behind it, or any spelling of an object's location.
    pub fn parse(text: &str) -> Result<Self, InvalidField> {
        if let Some(content) = text.strip_prefix(CONTENT) {
            return Ok(Self::Content(content.to_owned()));
        }
        let location = Location::parse(text).map_err(|e| InvalidField::Location("source", e))?;
        if location.key.is_empty() || location.key.ends_with('/') {
            return Err(InvalidField::NoObject("source"));
        }
        Ok(Self::Object(location))
    }

    /// The source with an object's location written with `scheme`.
    pub fn written(&self, scheme: Scheme) -> String {
        match self {
            Self::Object(location) => location.written(scheme),
            Self::Content(text) => format!("{CONTENT}{text}"),
        }
    }
}

/// One sample and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The object or the text.
    pub source: Source,
    /// The part of a split.
    pub usage: Option<Usage>,
    /// The sample's id; of no meaning to an import.
    pub id: Option<String>,
    /// Its annotations; none: unlabeled.
    pub annotations: Vec<Annotation>,
    /// Whether the sample is a hard example.
    pub hard: Option<bool>,
    /// How hard, 0 to 1.
    pub hard_coefficient: Option<f64>,
    /// Properties of the sample: `@modelarts:*` and others.
    pub property: Map<String, Value>,
    /// 0 image, 1 text, 2 audio, 4 table, 6 video.
    pub sample_type: Option<i64>,
    /// Where an inference result lies.
    pub inference_loc: Option<Location>,
    /// The format of a part of a table: `CarbonData` or `csv`.
    pub source_type: Option<String>,
}

impl Entry {
    /// An unlabeled sample.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            usage: None,
            id: None,
            annotations: Vec::new(),
            hard: None,
            hard_coefficient: None,
            property: Map::new(),
            sample_type: None,
            inference_loc: None,
            source_type: None,
        }
    }

    /// Reads the fields of one line; relative locations are below `base`, the manifest's directory.
    pub(super) fn from_fields(mut fields: Fields, base: &Location) -> Result<Self, InvalidField> {
        let source = fields.text("source")?.ok_or(InvalidField::Missing("source"))?;
        let usage = fields.text("usage")?.filter(|text| !text.is_empty());
        Ok(Self {
            source: Source::parse(&source)?,
            usage: usage.map(|text| Usage::parse(&text).ok_or(InvalidField::Usage)).transpose()?,
            id: fields.text("id")?,
            annotations: annotations(&mut fields, base)?,
            hard: fields.truth("hard")?,
            hard_coefficient: fields.share("hard-coefficient")?,
            property: fields.map("property")?,
            sample_type: fields.integer("sample-type")?,
            inference_loc: fields.location("inference-loc", base)?,
            source_type: fields.text("source-type")?,
        })
    }
}

fn annotations(fields: &mut Fields, base: &Location) -> Result<Vec<Annotation>, InvalidField> {
    let each = |value: Value| match value {
        Value::Object(map) => Annotation::from_fields(Fields::new(map), base),
        _ => Err(InvalidField::Kind("annotation", "a list of objects")),
    };
    fields.list("annotation")?.into_iter().map(each).collect()
}
