//! Samples: what they are, where they are, and how they are labeled.

mod add;
mod annotation;
mod check;
mod delete;
mod id;
mod image_size;
mod relabel;
pub(crate) mod stored;
mod upload;
mod walk;

pub use add::{Added, OnPresent};
pub use annotation::SampleLabel;
pub(crate) use delete::remove_rows;
pub use id::sample_id;
pub use relabel::{Relabel, SampleResult};
pub(crate) use stored::row_of;
pub use upload::{Content, Upload, Uploaded};
pub use walk::SampleWalk;

use crate::{Fraction, SampleType};
use serde_json::{Map, Value};
use tidemill_bucket::Location;

/// What a sample is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// Training.
    Train,
    /// Evaluation while training.
    Eval,
    /// Testing.
    Test,
    /// Inference.
    Inference,
}

impl Usage {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::Train, Self::Eval, Self::Test, Self::Inference];

    /// The word, upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "TRAIN",
            Self::Eval => "EVAL",
            Self::Test => "TEST",
            Self::Inference => "INFERENCE",
        }
    }

    /// The word in lower case, as version manifests have it.
    pub fn as_lower(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Eval => "eval",
            Self::Test => "test",
            Self::Inference => "inference",
        }
    }

    /// Reads the word in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage| usage.as_str().eq_ignore_ascii_case(text))
    }
}

/// How far the labeling of a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SampleStatus {
    /// It has no annotation.
    Unlabeled,
    /// It has annotations that somebody stands for.
    Labeled,
    /// It has annotations that wait for confirmation.
    Unconfirmed,
}

impl SampleStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unlabeled => "UN_ANNOTATION",
            Self::Labeled => "MANUAL_ANNOTATION",
            Self::Unconfirmed => "AUTO_ANNOTATION",
        }
    }

    /// The state of a sample with these annotations.
    pub fn of(labels: &[SampleLabel]) -> Self {
        match labels {
            [] => Self::Unlabeled,
            labels if labels.iter().any(|label| !label.confirmed) => Self::Unconfirmed,
            _ => Self::Labeled,
        }
    }

    /// As it is stored: 0, 1, 2.
    pub(crate) fn code(self) -> i64 {
        self as i64
    }
}

/// Where a sample is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// An object.
    Object(Location),
    /// A line of a text object, from 1.
    Line(Location, u64),
    /// Nowhere but in the dataset: text from a manifest.
    Inline,
}

impl Place {
    /// The object, if there is one.
    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::Object(location) | Self::Line(location, _) => Some(location),
            Self::Inline => None,
        }
    }
}

/// How hard an example is, if somebody said so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardness {
    /// Whether it is a hard example.
    pub hard: Option<bool>,
    /// How hard.
    pub coefficient: Option<Fraction>,
    /// Why, as ids 0 to 30.
    pub reasons: Vec<u8>,
}

/// A sample that is to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSample {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: SampleType,
    /// The text of a text sample; required for [`Place::Inline`].
    pub content: Option<String>,
    /// Size of the object, or of the text, in bytes.
    pub size: u64,
    /// The object's ETag, without quotes; empty if there is none.
    pub etag: String,
    /// When the object was written, in ms since the epoch.
    pub modified_ms: i64,
    /// What it is meant for.
    pub usage: Option<Usage>,
    /// Whether it is a hard example.
    pub hardness: Hardness,
    /// `@modelarts:import_origin`: 0 uploaded or imported by the user.
    pub import_origin: i64,
    /// Its other properties, for example `@modelarts:size`.
    pub metadata: Map<String, Value>,
    /// Its annotations in their order.
    pub labels: Vec<SampleLabel>,
}

impl NewSample {
    /// A sample that is a whole object, without labels.
    pub fn object(location: Location, kind: SampleType, size: u64, etag: &str, modified_ms: i64) -> Self {
        Self {
            place: Place::Object(location),
            kind,
            content: None,
            size,
            etag: etag.trim_matches('"').to_owned(),
            modified_ms,
            usage: None,
            hardness: Hardness::default(),
            import_origin: 0,
            metadata: Map::new(),
            labels: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> String {
        sample_id(&self.place, self.content.as_deref().unwrap_or_default())
    }
}

/// A sample of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// MD5 of its place.
    pub id: String,
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: SampleType,
    /// The text of a text sample.
    pub content: Option<String>,
    /// Size in bytes when it was added.
    pub size: u64,
    /// The object's ETag when it was added, without quotes.
    pub etag: String,
    /// When the object was written, in ms since the epoch.
    pub modified_ms: i64,
    /// When it was added, in ms since the epoch.
    pub created_ms: i64,
    /// How far its labeling is.
    pub status: SampleStatus,
    /// What it is meant for.
    pub usage: Option<Usage>,
    /// Whether it is a hard example.
    pub hardness: Hardness,
    /// `@modelarts:import_origin`.
    pub import_origin: i64,
    /// Its other properties.
    pub metadata: Map<String, Value>,
    /// Its annotations in their order.
    pub labels: Vec<SampleLabel>,
}
