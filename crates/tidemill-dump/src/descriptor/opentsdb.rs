//! How records become points of OpenTSDB.

use super::cloudtable::JSON_TYPES;
use super::member::is_word;
use super::refused::{Invalid, Part, ensure};
use crate::encode::is_time_format;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Schemas as they were given: a list, or one without a list around it, which its client wants back so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One without a list around it.
    One(Box<OpentsdbSchema>),
    /// A list.
    More(Vec<OpentsdbSchema>),
}

/// How a record becomes one point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpentsdbSchema {
    /// Parts of the metric's name.
    pub metric: Vec<Attribute>,
    /// The point's time.
    pub timestamp: Timestamp,
    /// The point's value.
    pub value: Attribute,
    /// Its tags.
    pub tags: Vec<PointTag>,
}

/// A constant or a JSON attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// `Constant` or `String` in a metric, else the attribute's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The constant, or the attribute's name.
    pub value: String,
}

/// Where the time is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timestamp {
    /// `Timestamp` or `String`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The attribute's name.
    pub value: String,
    /// The format of a `String`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub format: Option<String>,
}

/// A tag of the point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointTag {
    /// The tag's name.
    pub name: String,
    /// The attribute's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The attribute's name.
    pub value: String,
}

const SCHEMAS_MAX: usize = 64;
const PARTS_MAX: usize = 64;

fn wrong(reason: impl std::fmt::Display) -> Invalid {
    Invalid { part: Part::OpentsdbSchema, reason: format!("opentsdb_schema: {reason}") }
}

/// Reads and checks `opentsdb_schema`.
pub(super) fn opentsdb_schema(value: &Value) -> Result<OneOrMore, Invalid> {
    let one = |value: &Value| serde_json::from_value::<OpentsdbSchema>(value.clone()).map_err(wrong);
    let Value::Array(list) = value else {
        let schema = one(value)?;
        schema.check()?;
        return Ok(OneOrMore::One(Box::new(schema)));
    };
    if list.len() > SCHEMAS_MAX {
        return Err(wrong(format!("at most {SCHEMAS_MAX} schemas")));
    }
    let schemas: Vec<_> = list.iter().map(one).collect::<Result<_, _>>()?;
    schemas.iter().try_for_each(OpentsdbSchema::check)?;
    Ok(OneOrMore::More(schemas))
}

impl OpentsdbSchema {
    fn check(&self) -> Result<(), Invalid> {
        let ok = |ok: bool, reason: &str| ensure(ok, Part::OpentsdbSchema, reason);
        let parts = (1..=PARTS_MAX).contains(&self.metric.len()) && self.tags.len() <= PARTS_MAX;
        ok(parts, "metric must have 1 to 64 parts and tags at most 64")?;
        for part in &self.metric {
            let kind = ["Constant", "String"].contains(&part.kind.as_str());
            ok(kind, "the type of a metric must be Constant or String")?;
            let plain = part.value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
            let rule = "the value of a metric must be 1 to 32 letters, digits and .";
            ok(plain && (1..=32).contains(&part.value.len()), rule)?;
        }
        self.timestamp.check()?;
        let typed = |kind: &str| JSON_TYPES.contains(&kind);
        let rule = "a type must be Bigint, Double, Boolean, Timestamp, String or Decimal";
        ok(typed(&self.value.kind) && self.tags.iter().all(|tag| typed(&tag.kind)), rule)?;
        let names = self.tags.iter().flat_map(|tag| [&tag.name, &tag.value]).chain([&self.value.value]);
        let rule = "names and values must be 1 to 32 letters, digits and _";
        ok(names.into_iter().all(|name| is_word(name, 32, b"")), rule)
    }
}

impl Timestamp {
    fn check(&self) -> Result<(), Invalid> {
        let ok = |ok: bool, reason: &str| ensure(ok, Part::OpentsdbSchema, reason);
        ok(is_word(&self.value, 32, b""), "the timestamp's value must be 1 to 32 letters, digits and _")?;
        match self.kind.as_str() {
            "Timestamp" => Ok(()),
            "String" => ok(
                self.format.as_deref().is_some_and(is_time_format),
                "the timestamp's format must be one of the six documented formats",
            ),
            _ => ok(false, "the timestamp's type must be Timestamp or String"),
        }
    }
}
