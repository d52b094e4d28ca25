//! From a label file to labels.

use super::{
    DIFFICULT, HARD_COEFFICIENT, MASK_COLOR, MASK_SOURCE, OCCLUDED, POSE, SIZE, TRUNCATED, shape_properties,
};
use crate::sample::SampleLabel;
use crate::{Fraction, LabelType};
use serde_json::{Map, Value, json};
use tidemill_vision::voc::{Document, Object};

/// The labels of a file in its order, as confirmed annotations of type `kind` by `annotated_by`. Objects without a
/// shape are left out; `None` if a shape has no sound numbers or an object with one has no name.
pub fn labels_of(document: &Document, kind: LabelType, annotated_by: &str) -> Option<Vec<SampleLabel>> {
    let shaped = document.objects.iter().filter(|object| object.shape.is_some());
    shaped.map(|object| label(object, kind, annotated_by)).collect()
}

/// What a file says of the whole image: its size, the mask of a segmentation.
pub fn metadata_of(document: &Document) -> Map<String, Value> {
    let mut metadata = Map::new();
    if let Some(size) = document.size() {
        let depth = document.element("size").and_then(|size| size.child_text("depth")?.parse::<u32>().ok());
        metadata.insert(SIZE.to_owned(), json!([size.width, size.height, depth.unwrap_or(3)]));
    }
    if let Some(mask) = document.text("mask_source").filter(|mask| !mask.is_empty()) {
        metadata.insert(MASK_SOURCE.to_owned(), Value::from(mask));
    }
    metadata
}

fn label(object: &Object, kind: LabelType, annotated_by: &str) -> Option<SampleLabel> {
    if object.name.is_empty() {
        return None;
    }
    let mut property = shape_properties(object.shape.as_ref()?)?;
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            property.insert(key.to_owned(), Value::String(value));
        }
    };
    put(DIFFICULT, object.difficult.map(digit));
    put(TRUNCATED, object.truncated.map(digit));
    put(OCCLUDED, object.occluded.map(digit));
    put(POSE, object.pose.clone());
    put(MASK_COLOR, object.mask_color.clone());
    put(HARD_COEFFICIENT, object.hard_coefficient.map(|n| n.to_string()));
    for (key, value) in &object.properties {
        property.entry(key.as_str()).or_insert_with(|| Value::String(value.clone()));
    }
    let score = object.confidence.and_then(Fraction::new);
    Some(SampleLabel { property, score, ..SampleLabel::named(object.name.clone(), kind, annotated_by) })
}

fn digit(truth: bool) -> String {
    u8::from(truth).to_string()
}
