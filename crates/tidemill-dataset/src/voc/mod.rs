//! Label files in the PASCAL VOC format and the labels of images, one made of the other.
//!
//! A shape of a label stands in its properties, as the API shows it: `@modelarts:shape` and
//! `@modelarts:feature`. What VOC knows beside that stands there too, as text: `@modelarts:difficult`,
//! `truncated` and `occluded` as 0 or 1, `pose`, `mask_color`, `hard_coefficient`; free attributes under their own
//! keys.

mod feature;
mod read;
mod write;

pub use feature::{shape_of, shape_properties};
pub use read::{labels_of, metadata_of};
pub use write::{document_of, size_of};

use crate::sample::SampleLabel;
use serde_json::Value;

/// The property that names the kind of a shape.
pub const SHAPE: &str = "@modelarts:shape";
/// The property that holds the coordinates of a shape.
pub const FEATURE: &str = "@modelarts:feature";
/// The metadata of a sample that holds its width, height and depth.
pub const SIZE: &str = "@modelarts:size";
/// The metadata of a sample that names the mask of a segmentation.
pub const MASK_SOURCE: &str = "@modelarts:mask_source";

const DIFFICULT: &str = "@modelarts:difficult";
const TRUNCATED: &str = "@modelarts:truncated";
const OCCLUDED: &str = "@modelarts:occluded";
const POSE: &str = "@modelarts:pose";
const MASK_COLOR: &str = "@modelarts:mask_color";
const HARD: &str = "@modelarts:hard";
const HARD_COEFFICIENT: &str = "@modelarts:hard_coefficient";

/// Whether a label is marked as hard to recognise, or as a hard example.
pub(crate) fn is_hard(label: &SampleLabel) -> bool {
    [DIFFICULT, HARD].into_iter().any(|key| label.property.get(key).is_some_and(is_true))
}

/// Truth as the API and the label files write it.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64().is_some_and(|n| n != 0.0),
        Value::String(text) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
