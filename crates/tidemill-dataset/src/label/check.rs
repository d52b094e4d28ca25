//! What a label may be.

use super::{Label, LabelError};
use crate::{DatasetType, LabelType};
use serde_json::Value;

const NAME_CHARS_MAX: usize = 1024;
const ATTRIBUTE_NAME_CHARS_MAX: usize = 64;
const ATTRIBUTES_MAX: usize = 100;
const PROPERTY_BYTES_MAX: usize = 64 * 1024;
const SHAPES: [&str; 7] = ["bndbox", "polygon", "circle", "line", "dashed", "point", "polyline"];

/// Refuses what cannot be the name of a label: nothing, too long, control characters.
pub fn check_label_name(name: &str) -> Result<(), LabelError> {
    let ok = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    let shown: String = name.chars().take(80).collect();
    let told = || LabelError::Invalid(format!("a label name must have 1 to 1024 characters, got {shown:?}"));
    if ok { Ok(()) } else { Err(told()) }
}

impl Label {
    /// Refuses a label that a dataset of type `kind` cannot have.
    pub(crate) fn check(&self, kind: DatasetType) -> Result<(), LabelError> {
        check_label_name(&self.name)?;
        let invalid = |reason: String| Err(LabelError::Invalid(reason));
        if !kind.takes(self.kind) {
            return invalid(format!(
                "a dataset of type {} has no labels of type {}",
                kind.code(),
                self.kind.code()
            ));
        }
        if let Some(color) = self.text("@modelarts:color").filter(|color| !is_color(color)) {
            return invalid(format!("@modelarts:color must be like #3399ff, got {color:?}"));
        }
        if let Some(shape) = self.text("@modelarts:default_shape").filter(|shape| !SHAPES.contains(shape)) {
            return invalid(format!(
                "@modelarts:default_shape must be one of {}, got {shape:?}",
                SHAPES.join(", ")
            ));
        }
        if Value::Object(self.property.clone()).to_string().len() > PROPERTY_BYTES_MAX {
            return invalid(format!("the properties of a label take more than {PROPERTY_BYTES_MAX} bytes"));
        }
        self.check_attributes()?;
        self.check_relation()
    }

    fn check_attributes(&self) -> Result<(), LabelError> {
        if self.attributes.len() > ATTRIBUTES_MAX {
            return Err(LabelError::Invalid(format!("a label has at most {ATTRIBUTES_MAX} attributes")));
        }
        for attribute in &self.attributes {
            let name = attribute.get("name").and_then(Value::as_str).unwrap_or_default();
            let ok = name.chars().count() <= ATTRIBUTE_NAME_CHARS_MAX
                && !name.contains(['!', '<', '>', '=', '&', '"', '\'']);
            let told = "the name of a label attribute must have at most 64 characters, none of !<>=&\"'";
            if !ok {
                return Err(LabelError::Invalid(told.to_owned()));
            }
        }
        Ok(())
    }

    fn check_relation(&self) -> Result<(), LabelError> {
        if self.kind != LabelType::TripletRelation {
            return Ok(());
        }
        for side in ["@modelarts:from_type", "@modelarts:to_type"] {
            if self.text(side).is_none() {
                return Err(LabelError::Invalid(format!("a triplet relation label needs {side}")));
            }
        }
        Ok(())
    }
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}
