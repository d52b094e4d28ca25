//! From labels to a label file.

use super::{
    DIFFICULT, FEATURE, HARD, HARD_COEFFICIENT, MASK_COLOR, MASK_SOURCE, OCCLUDED, POSE, SHAPE, SIZE,
    TRUNCATED, is_true, shape_of,
};
use crate::Fraction;
use crate::sample::SampleLabel;
use serde_json::{Map, Value};
use tidemill_vision::voc::{Document, ImageSize, Object};

/// The label file of `filename`. `metadata` is the sample's; marks of hard examples are written if `hard` says so.
/// Labels without a shape have no place in such a file and are left out.
pub fn document_of<'l>(
    filename: &str,
    metadata: &Map<String, Value>,
    labels: impl IntoIterator<Item = &'l SampleLabel>,
    hard: bool,
) -> Document {
    let mut document = Document::default();
    document.set_text("filename", filename);
    if let Some(size) = size_of(metadata) {
        document.set_size(size);
    }
    let mask = metadata.get(MASK_SOURCE).and_then(Value::as_str);
    document.set_text("segmented", if mask.is_some() { "1" } else { "0" });
    if let Some(mask) = mask {
        document.set_text("mask_source", mask);
    }
    document.objects = labels.into_iter().filter_map(|label| object(label, hard)).collect();
    document
}

/// The size in a sample's metadata.
pub fn size_of(metadata: &Map<String, Value>) -> Option<ImageSize> {
    let side = |at: usize| {
        let side = metadata.get(SIZE)?.as_array()?.get(at)?.as_u64()?;
        u32::try_from(side).ok().filter(|side| *side > 0)
    };
    Some(ImageSize { width: side(0)?, height: side(1)? })
}

fn object(label: &SampleLabel, hard: bool) -> Option<Object> {
    let mut object = Object::new(label.name.clone(), shape_of(&label.property)?);
    object.confidence = label.score.map(Fraction::get);
    let truth = |key: &str| label.property.get(key).map(is_true);
    object.difficult = truth(DIFFICULT);
    object.truncated = truth(TRUNCATED);
    object.occluded = truth(OCCLUDED);
    object.pose = label.property.get(POSE).map(text);
    object.mask_color = label.property.get(MASK_COLOR).map(text);
    if hard {
        object.hard_coefficient = label.property.get(HARD_COEFFICIENT).and_then(|v| text(v).parse().ok());
    }
    let known = [SHAPE, FEATURE, DIFFICULT, TRUNCATED, OCCLUDED, POSE, MASK_COLOR, HARD_COEFFICIENT];
    let is_free = |key: &str| !known.contains(&key) && (hard || !key.starts_with(HARD));
    let free = label.property.iter().filter(|(key, value)| is_free(key) && !value.is_null());
    object.properties = free.map(|(key, value)| (key.clone(), text(value))).collect();
    Some(object)
}

/// A value as the text of an element.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
