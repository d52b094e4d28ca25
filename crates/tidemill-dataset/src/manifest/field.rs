//! The fields of a line, read with the leniency that files in the wild need: numbers and truth values as text,
//! underscores for hyphens, maps as JSON text.

use serde_json::{Map, Value};
use tidemill_bucket::{InvalidLocation, Location};

/// Why a field cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidField {
    /// A field that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field of the wrong JSON type.
    #[error("{0} must be {1}")]
    Kind(&'static str, &'static str),
    /// No location.
    #[error("{0}: {1}")]
    Location(&'static str, InvalidLocation),
    /// A directory where an object is needed.
    #[error("{0} names no object")]
    NoObject(&'static str),
    /// An unknown usage.
    #[error("usage must be TRAIN, EVAL, TEST or INFERENCE")]
    Usage,
    /// An unknown type of annotation.
    #[error(
        "annotation.type must end in image_classification, object_detection, image_segmentation, text_classification, text_entity, text_triplet, audio_classification, audio_content or audio_segmentation"
    )]
    AnnotationType,
    /// An unknown format of label files.
    #[error("annotation.annotation-format must be PASCAL VOC")]
    AnnotationFormat,
}

/// The fields of an object; each is taken out once.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// The value of `name`, or of its spelling with underscores; null is absent.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        let value = self.0.remove(name);
        let value =
            value.or_else(|| if name.contains('-') { self.0.remove(&name.replace('-', "_")) } else { None });
        value.filter(|value| !value.is_null())
    }

    /// Text; a number is read as its digits.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, InvalidField> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(InvalidField::Kind(name, "text")),
        }
    }

    /// A truth value, also as text or as 0 and 1.
    pub(super) fn truth(&mut self, name: &'static str) -> Result<Option<bool>, InvalidField> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let text = match &value {
            Value::Bool(truth) => return Ok(Some(*truth)),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.to_ascii_lowercase(),
            _ => String::new(),
        };
        match text.as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(InvalidField::Kind(name, "\"true\" or \"false\"")),
        }
    }

    /// A number from 0 to 1, also as text.
    pub(super) fn share(&mut self, name: &'static str) -> Result<Option<f64>, InvalidField> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let share = number.filter(|share| (0.0..=1.0).contains(share));
        share.map(Some).ok_or(InvalidField::Kind(name, "a number from 0 to 1"))
    }

    /// A whole number, also as text.
    pub(super) fn integer(&mut self, name: &'static str) -> Result<Option<i64>, InvalidField> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or(InvalidField::Kind(name, "a whole number"))
    }

    /// A map, also as JSON text; absent: empty.
    pub(super) fn map(&mut self, name: &'static str) -> Result<Map<String, Value>, InvalidField> {
        let wrong = InvalidField::Kind(name, "an object");
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(Map::new()),
            Some(Value::String(text)) => serde_json::from_str(&text).map_err(|_| wrong),
            Some(_) => Err(wrong),
        }
    }

    /// A list; absent: empty.
    pub(super) fn list(&mut self, name: &'static str) -> Result<Vec<Value>, InvalidField> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(InvalidField::Kind(name, "a list")),
        }
    }

    /// An object's location; without a scheme and a leading slash it is below `base`.
    pub(super) fn location(
        &mut self,
        name: &'static str,
        base: &Location,
    ) -> Result<Option<Location>, InvalidField> {
        let Some(text) = self.text(name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        let is_relative = !text.starts_with('/') && !text.contains("://");
        let text = match text.strip_prefix("./").unwrap_or(&text) {
            relative if is_relative => format!("/{}", base.join(relative).plain()),
            absolute => absolute.to_owned(),
        };
        let location = Location::parse(&text).map_err(|e| InvalidField::Location(name, e))?;
        if location.key.is_empty() || location.key.ends_with('/') {
            return Err(InvalidField::NoObject(name));
        }
        Ok(Some(location))
    }
}
