//! What is known of a sample between two stages, and in the end.

use super::said::Said;
use crate::engine::{EngineError, Row, WITHDRAWN};
use crate::operator::Reason;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidemill_bucket::Location;

/// The most products of one origin.
pub(crate) const COPIES_MAX: u32 = 1024;

/// A label file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum LabelFile {
    /// An object, as it was when the input was listed.
    Object {
        /// `bucket/key`.
        path: String,
        /// Its ETag then.
        etag: Option<String>,
    },
    /// The text itself.
    Text(String),
}

/// Where the bytes of a picture are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Picture {
    /// Where the sample came from.
    Origin,
    /// A piece of a pack of products.
    Product {
        /// The pack's key among the artefacts.
        pack: String,
        /// Its first byte.
        offset: u64,
        /// Its bytes.
        length: u64,
    },
}

/// What became of a sample so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// As it was.
    Kept,
    /// Another than it was.
    Changed,
    /// Left out.
    Dropped,
    /// Left out without a row of its own: nobody asked for it.
    Passed,
    /// New, beside its origin.
    Added,
    /// A new sample that was not made, or was left out later, without a row of its own: its origin stays as it was.
    /// Its reasons say why.
    Withdrawn,
}

impl Fate {
    /// The number in the results; a negative one for those that are not among them.
    pub(crate) fn property(self) -> i64 {
        match self {
            Self::Kept => 0,
            Self::Changed => 1,
            Self::Dropped => 2,
            Self::Added => 3,
            Self::Passed => -1,
            Self::Withdrawn => WITHDRAWN,
        }
    }

    /// What becomes of a sample that is left out.
    pub(crate) fn left_out(self) -> Self {
        match self {
            Self::Added | Self::Withdrawn => Self::Withdrawn,
            Self::Kept | Self::Changed | Self::Dropped | Self::Passed => Self::Dropped,
        }
    }

    /// Whether there is something to put into the output.
    pub(crate) fn is_output(self) -> bool {
        matches!(self, Self::Kept | Self::Changed | Self::Added)
    }
}

/// One sample between two stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its number in the order of paths.
    pub(crate) ordinal: i64,
    /// Which of the products of its origin it is.
    pub(crate) copy: u32,
    /// Where it came from, `bucket/key`.
    pub(crate) origin: String,
    /// Its path in the source, which random numbers depend on.
    pub(crate) relative: String,
    /// Bytes of the origin.
    pub(crate) size: u64,
    /// Bytes of its label file when the input was listed.
    #[serde(default)]
    pub(crate) label_bytes: u64,
    /// The origin's ETag when the input was listed.
    pub(crate) etag: Option<String>,
    /// The part of a split it belongs to.
    pub(crate) usage: Option<String>,
    /// Names it is labeled with.
    pub(crate) labels: Vec<String>,
    /// What the dataset version that it came from says of it: its canonical line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entry: Option<String>,
    /// What the manifest that it came from says of its annotations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) said: Vec<Said>,
    /// Its label file now.
    pub(crate) label_file: Option<LabelFile>,
    /// The label file of its origin, where its own is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin_label_file: Option<LabelFile>,
    /// The name of its file now.
    pub(crate) name: String,
    /// Its picture now.
    pub(crate) picture: Picture,
    /// What became of it.
    pub(crate) fate: Fate,
    /// Why.
    pub(crate) reasons: Vec<Reason>,
    /// What it was compared with, `bucket/key`.
    pub(crate) compared_with: Option<String>,
    /// Measured values.
    pub(crate) scores: Map<String, Value>,
    /// Properties for the manifest.
    pub(crate) property: Map<String, Value>,
    /// The key of the product in the output bucket, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// A change does not count: only validation before an operator made it, and the request's `total_status` knows
    /// no changed samples.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) counts_as_kept: bool,
}

impl Record {
    /// The record number `ordinal`, of which nothing else is known.
    pub(crate) fn new(ordinal: i64, fate: Fate) -> Self {
        Self {
            ordinal,
            copy: 0,
            origin: String::new(),
            relative: String::new(),
            size: 0,
            label_bytes: 0,
            etag: None,
            usage: None,
            labels: Vec::new(),
            entry: None,
            said: Vec::new(),
            label_file: None,
            origin_label_file: None,
            name: String::new(),
            picture: Picture::Origin,
            fate,
            reasons: Vec::new(),
            compared_with: None,
            scores: Map::new(),
            property: Map::new(),
            product: None,
            counts_as_kept: false,
        }
    }

    /// Bytes of its picture as it is now.
    pub(crate) fn picture_bytes(&self) -> u64 {
        match &self.picture {
            Picture::Origin => self.size,
            Picture::Product { length, .. } => *length,
        }
    }

    /// The number in the results; a negative one for those that are not among them.
    pub(crate) fn property(&self) -> i64 {
        match self.fate {
            Fate::Changed if self.counts_as_kept => Fate::Kept.property(),
            fate => fate.property(),
        }
    }

    /// The first name it is labeled with; empty without.
    pub(crate) fn class(&self) -> &str {
        self.labels.first().map(String::as_str).unwrap_or_default()
    }

    /// A row of a table; `place` is where the product wants to go.
    pub(crate) fn row(&self, place: String) -> Result<Row, EngineError> {
        let body = serde_json::to_string(self).map_err(|e| EngineError::Damaged(e.to_string()))?;
        let property = self.property();
        Ok(Row { ordinal: self.number(), origin: self.origin.clone(), place, property, body })
    }

    /// Its number among all records: products of one origin follow each other.
    pub(crate) fn number(&self) -> i64 {
        self.ordinal * i64::from(COPIES_MAX) + i64::from(self.copy)
    }

    /// The record of a row.
    pub(crate) fn of_row(row: &Row) -> Result<Self, EngineError> {
        serde_json::from_str(&row.body).map_err(|e| EngineError::Damaged(e.to_string()))
    }

    /// The label file of its origin.
    pub(crate) fn label_file_of_origin(&self) -> Option<&LabelFile> {
        self.origin_label_file.as_ref().or(self.label_file.as_ref())
    }

    /// The place it came from.
    pub(crate) fn origin_location(&self) -> Location {
        location(&self.origin)
    }
}

/// The location that `bucket/key` names.
pub(crate) fn location(plain: &str) -> Location {
    let (bucket, key) = plain.split_once('/').unwrap_or((plain, ""));
    Location { bucket: bucket.to_owned(), key: key.to_owned() }
}

/// What became of a sample, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleResult {
    /// Where it came from; `None` for a sample that was generated from nothing.
    pub origin: Option<Location>,
    /// Where the sample is now; `None` if it was dropped.
    pub product: Option<Location>,
    /// 0 kept, 1 changed, 2 dropped or withdrawn, 3 added.
    pub property: i64,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it was compared with.
    pub compared_with: Option<Location>,
    /// Measured values.
    pub scores: Map<String, Value>,
}

impl SampleResult {
    pub(crate) fn of(record: &Record, output_bucket: &str) -> Self {
        let product = |key: &String| Location { bucket: output_bucket.to_owned(), key: key.clone() };
        Self {
            origin: (!record.origin.is_empty()).then(|| record.origin_location()),
            product: record.product.as_ref().map(product),
            property: if record.fate == Fate::Withdrawn {
                Fate::Dropped.property()
            } else {
                record.property()
            },
            reasons: record.reasons.clone(),
            compared_with: record.compared_with.as_deref().map(location),
            scores: record.scores.clone(),
        }
    }
}
