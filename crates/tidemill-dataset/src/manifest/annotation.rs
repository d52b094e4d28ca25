//! One annotation of a sample.

use super::field::{Fields, InvalidField};
use serde_json::{Map, Value};
use tidemill_bucket::Location;

/// The only format of label files.
pub(super) const PASCAL_VOC: &str = "PASCAL VOC";

/// What an annotation says of its sample. In a manifest: `modelarts/` and the suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnnotationKind {
    /// A label of an image.
    ImageClassification,
    /// Shapes in an image, in a label file.
    ObjectDetection,
    /// Regions of an image, in a label file.
    ImageSegmentation,
    /// A label of a text.
    TextClassification,
    /// A part of a text.
    TextEntity,
    /// A relation of two parts of a text.
    TextTriplet,
    /// A label of a sound.
    AudioClassification,
    /// What is said in a sound.
    AudioContent,
    /// Who says what from when to when.
    AudioSegmentation,
}

impl AnnotationKind {
    /// Every value.
    pub const ALL: [Self; 9] = [
        Self::ImageClassification,
        Self::ObjectDetection,
        Self::ImageSegmentation,
        Self::TextClassification,
        Self::TextEntity,
        Self::TextTriplet,
        Self::AudioClassification,
        Self::AudioContent,
        Self::AudioSegmentation,
    ];

    /// What follows `modelarts/`.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::ImageClassification => "image_classification",
            Self::ObjectDetection => "object_detection",
            Self::ImageSegmentation => "image_segmentation",
            Self::TextClassification => "text_classification",
            Self::TextEntity => "text_entity",
            Self::TextTriplet => "text_triplet",
            Self::AudioClassification => "audio_classification",
            Self::AudioContent => "audio_content",
            Self::AudioSegmentation => "audio_segmentation",
        }
    }

    /// Reads a type by what follows its last slash.
    pub fn parse(text: &str) -> Option<Self> {
        let suffix = text.rsplit('/').next().unwrap_or_default();
        match suffix {
            "sound_classification" => Some(Self::AudioClassification),
            _ => Self::ALL.into_iter().find(|kind| kind.suffix() == suffix),
        }
    }

    /// Whether the annotation is a name for the whole sample.
    pub const fn is_classification(self) -> bool {
        matches!(self, Self::ImageClassification | Self::TextClassification | Self::AudioClassification)
    }

    /// Whether the annotation stands in a label file.
    pub const fn has_file(self) -> bool {
        matches!(self, Self::ObjectDetection | Self::ImageSegmentation)
    }
}

/// One annotation of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// What it says.
    pub kind: AnnotationKind,
    /// The label; always there for classifications.
    pub name: Option<String>,
    /// Entities `E<n>`, relations `R<n>`.
    pub id: Option<String>,
    /// Attributes and `@modelarts:*`.
    pub property: Map<String, Value>,
    /// The label file, PASCAL VOC; always there for detection and segmentation.
    pub annotation_loc: Option<Location>,
    /// Who made it: `human/<tenant>/<user>`, `modelarts/active-learning`…
    pub annotated_by: Option<String>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// `YYYY-MM-DD HH:MM:SS`.
    pub creation_time: Option<String>,
    /// Whether the sample is a hard example for it.
    pub hard: Option<bool>,
    /// How hard, 0 to 1.
    pub hard_coefficient: Option<f64>,
}

impl Annotation {
    /// An annotation that only has a kind.
    pub fn new(kind: AnnotationKind) -> Self {
        Self {
            kind,
            name: None,
            id: None,
            property: Map::new(),
            annotation_loc: None,
            annotated_by: None,
            confidence: None,
            creation_time: None,
            hard: None,
            hard_coefficient: None,
        }
    }

    pub(super) fn from_fields(mut fields: Fields, base: &Location) -> Result<Self, InvalidField> {
        let kind = fields.text("type")?.ok_or(InvalidField::Missing("annotation.type"))?;
        let kind = AnnotationKind::parse(&kind).ok_or(InvalidField::AnnotationType)?;
        let format = fields.text("annotation-format")?.unwrap_or_default();
        if !format.is_empty() && !format.eq_ignore_ascii_case(PASCAL_VOC) {
            return Err(InvalidField::AnnotationFormat);
        }
        let annotation = Self {
            kind,
            name: fields.text("name")?,
            id: fields.text("id")?,
            property: fields.map("property")?,
            annotation_loc: fields.location("annotation-loc", base)?,
            annotated_by: fields.text("annotated-by")?,
            confidence: fields.share("confidence")?,
            creation_time: fields.text("creation-time")?,
            hard: fields.truth("hard")?,
            hard_coefficient: fields.share("hard-coefficient")?,
        };
        annotation.complete()
    }

    fn complete(self) -> Result<Self, InvalidField> {
        if self.kind.is_classification() && self.name.as_deref().is_none_or(str::is_empty) {
            return Err(InvalidField::Missing("annotation.name"));
        }
        if self.kind.has_file() && self.annotation_loc.is_none() {
            return Err(InvalidField::Missing("annotation.annotation-loc"));
        }
        Ok(self)
    }
}
