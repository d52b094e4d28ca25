//! What an annotation may be.

use super::SampleLabel;
use crate::error::DatasetError;
use crate::label::{LabelError, check_label_name};
use crate::{DatasetType, LabelType};
use serde_json::Value;

/// Annotations of one sample.
pub(super) const LABELS_PER_SAMPLE_MAX: usize = 10_000;
const PROPERTY_BYTES_MAX: usize = 256 * 1024;
const POINTS_MAX: usize = 10_000;

impl SampleLabel {
    /// Refuses an annotation that a sample of a dataset of type `kind` cannot have.
    pub(crate) fn check(&self, kind: DatasetType) -> Result<(), DatasetError> {
        let invalid = |reason: String| Err(LabelError::Invalid(reason).into());
        if !kind.takes(self.kind) {
            return invalid(format!(
                "samples of a dataset of type {} have no labels of type {}",
                kind.code(),
                self.kind.code()
            ));
        }
        if self.kind != LabelType::SpeechContent {
            check_label_name(&self.name)?;
        }
        if Value::Object(self.property.clone()).to_string().len() > PROPERTY_BYTES_MAX {
            return invalid(format!("the properties of a label take more than {PROPERTY_BYTES_MAX} bytes"));
        }
        match self.property.get("@modelarts:shape") {
            Some(shape) => self.check_shape(shape),
            None => Ok(()),
        }
    }

    /// Whether it says where something is, so that the size of the image must be known.
    pub(crate) fn is_placed(&self) -> bool {
        self.property.contains_key("@modelarts:feature")
    }

    fn check_shape(&self, shape: &Value) -> Result<(), DatasetError> {
        let invalid = |reason: String| Err(LabelError::Invalid(reason).into());
        let feature = self.property.get("@modelarts:feature").and_then(Value::as_array);
        let Some(points) = feature.map(Vec::as_slice).and_then(numbers) else {
            return invalid("@modelarts:feature must be a list of lists of numbers".to_owned());
        };
        let pairs = points.iter().all(|point| point.len() == 2);
        let ok = match shape.as_str().unwrap_or_default() {
            "bndbox" | "line" | "dashed" => pairs && points.len() == 2,
            "point" => pairs && points.len() == 1,
            "polygon" => pairs && points.len() >= 3,
            "polyline" => pairs && points.len() >= 2,
            "circle" => {
                matches!(points.as_slice(), [centre, radius] if centre.len() == 2 && radius.len() == 1)
            }
            other => return invalid(format!("@modelarts:shape has no value {other:?}")),
        };
        if ok { Ok(()) } else { invalid(format!("@modelarts:feature has not the points of a {shape}")) }
    }
}

/// Lists of numbers, if it is that and not too long.
fn numbers(lists: &[Value]) -> Option<Vec<Vec<f64>>> {
    let list = |value: &Value| value.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
    (lists.len() <= POINTS_MAX).then(|| lists.iter().map(list).collect()).flatten()
}
