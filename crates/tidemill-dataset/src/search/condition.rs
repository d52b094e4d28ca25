//! Conditions as clients write them. Members of a condition are joined by AND.

use super::{Condition, Join, period};
use crate::error::DatasetError;
use crate::{Fraction, LabelType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tidemill_bucket::Location;

/// One condition on samples. Absent members do not matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchCondition {
    /// How hard: `low-high`, for example `0.1-0.5`.
    pub coefficient: Option<String>,
    /// `0` or `1`: whether it is a hard example.
    pub hard: Option<Value>,
    /// Where it came from.
    pub import_origin: Option<Value>,
    /// Labels it carries.
    pub label_list: Option<SearchLabels>,
    /// Who labeled it.
    pub labeler: Option<String>,
    /// Properties of its metadata.
    pub metadata: Option<SearchProperties>,
    /// The directory it is in; ends with `/`, what is below it does not count.
    pub sample_dir: Option<String>,
    /// Its name with suffix.
    pub sample_name: Option<String>,
    /// When it was added: `month`, `day`, or `yyyyMMdd-yyyyMMdd` over at most 30 days.
    pub sample_time: Option<String>,
    /// Score of an annotation: `low-high`.
    pub score: Option<String>,
    /// Video it is a frame of.
    pub parent_sample_id: Option<String>,
    /// Number of the frame.
    pub frame_in_video: Option<Value>,
    /// Time of the frame in the video.
    pub time_in_video: Option<String>,
    /// Voltage of an X-ray tube.
    pub kvp: Option<String>,
    /// Thickness of a slice.
    pub slice_thickness: Option<String>,
    /// Date of a study.
    pub study_date: Option<String>,
}

/// Labels and how they are joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchLabels {
    /// The labels.
    pub labels: Vec<SearchLabel>,
    /// `AND` or `OR`; `OR` if absent.
    pub op: Option<String>,
}

/// A label, and what its attributes are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchLabel {
    /// Its name.
    pub name: Option<String>,
    /// How the attributes are joined: `AND` or `OR`; `AND` if absent.
    pub op: Option<String>,
    /// Attributes with the values that are accepted; null or none: any.
    pub property: Option<BTreeMap<String, Option<Vec<Value>>>>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<i64>,
}

/// Properties and how they are joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchProperties {
    /// `AND` or `OR`; `AND` if absent.
    pub op: Option<String>,
    /// Properties with the values that are accepted; null or none: any.
    pub props: BTreeMap<String, Option<Vec<Value>>>,
}

fn invalid(reason: String) -> DatasetError {
    DatasetError::Invalid(reason)
}

fn join(op: Option<&str>, default: Join) -> Result<Join, DatasetError> {
    match op.unwrap_or_default().to_ascii_uppercase().as_str() {
        "" => Ok(default),
        "AND" => Ok(Join::And),
        "OR" => Ok(Join::Or),
        other => Err(invalid(format!("op must be AND or OR, got {other:?}"))),
    }
}

/// Text, numbers and truth values as text: clients write either.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn values(given: Option<&Vec<Value>>) -> Vec<String> {
    given.map(|values| values.iter().map(as_text).collect()).unwrap_or_default()
}

/// `low-high` in millionths.
pub(super) fn range(name: &str, text: &str) -> Result<(i64, i64), DatasetError> {
    let number = |text: &str| text.trim().parse().ok().and_then(Fraction::new).map(Fraction::millionths);
    let ends = text.split_once('-').and_then(|(low, high)| Some((number(low)?, number(high)?)));
    ends.ok_or_else(|| invalid(format!("{name} must be low-high with numbers from 0 to 1, got {text:?}")))
}

impl SearchLabel {
    fn condition(&self) -> Result<Condition, DatasetError> {
        let properties = self.property.iter().flatten();
        let told = |code: i64| invalid(format!("there are no labels of type {code}"));
        let label_type = match self.kind {
            Some(code) => Some(LabelType::from_code(code).ok_or_else(|| told(code))?.code()),
            None => None,
        };
        Ok(Condition::Annotated {
            name: self.name.clone().filter(|name| !name.is_empty()),
            label_type,
            confirmed: None,
            score: None,
            properties: properties.map(|(key, given)| (key.clone(), values(given.as_ref()))).collect(),
            join: join(self.op.as_deref(), Join::And)?,
        })
    }
}

impl SearchCondition {
    /// What a sample has to fulfil; dates are counted back from `now_ms`.
    pub fn condition(&self, now_ms: i64) -> Result<Condition, DatasetError> {
        let mut all = Vec::new();
        if let Some(list) = &self.label_list {
            let labels = list.labels.iter().map(SearchLabel::condition).collect::<Result<Vec<_>, _>>()?;
            if !labels.is_empty() {
                all.push(Condition::Several(join(list.op.as_deref(), Join::Or)?, labels));
            }
        }
        if let Some(metadata) = &self.metadata {
            let one = |(key, given): (&String, &Option<Vec<Value>>)| {
                Condition::Metadata(key.clone(), values(given.as_ref()))
            };
            let props: Vec<Condition> = metadata.props.iter().map(one).collect();
            if !props.is_empty() {
                all.push(Condition::Several(join(metadata.op.as_deref(), Join::And)?, props));
            }
        }
        self.add_texts(&mut all, now_ms)?;
        self.add_kept(&mut all);
        Ok(Condition::Several(Join::And, all))
    }

    fn add_texts(&self, all: &mut Vec<Condition>, now_ms: i64) -> Result<(), DatasetError> {
        if let Some(text) = given(&self.coefficient) {
            let (low, high) = range("coefficient", text)?;
            all.push(Condition::Coefficient(low, high));
        }
        if let Some(text) = given(&self.score) {
            all.push(scored(range("score", text)?));
        }
        if let Some(who) = given(&self.labeler) {
            all.push(Condition::Annotator(who.to_owned()));
        }
        if let Some(name) = given(&self.sample_name) {
            all.push(Condition::Name(name.to_owned()));
        }
        if let Some(text) = given(&self.sample_dir) {
            let place = Location::parse(text).map_err(|why| invalid(format!("sample_dir: {why}")))?;
            if !text.ends_with('/') {
                return Err(invalid("sample_dir must end with /".to_owned()));
            }
            all.push(Condition::Directory(place.plain()));
        }
        if let Some(text) = given(&self.sample_time) {
            let (from, until) = period::of(text, now_ms).map_err(invalid)?;
            all.push(Condition::Added(from, until));
        }
        if let Some(hard) = &self.hard {
            all.push(Condition::Hard(truth(&as_text(hard))?));
        }
        if let Some(origin) = &self.import_origin {
            let code = as_text(origin).parse();
            all.push(Condition::ImportOrigin(
                code.map_err(|_| invalid("import_origin must be a number".to_owned()))?,
            ));
        }
        Ok(())
    }

    /// What is kept as a property of the same name.
    fn add_kept(&self, all: &mut Vec<Condition>) {
        let frame = self.frame_in_video.as_ref().map(as_text);
        let kept = [
            ("parent_sample_id", self.parent_sample_id.clone()),
            ("frame_in_video", frame),
            ("time_in_video", self.time_in_video.clone()),
            ("kvp", self.kvp.clone()),
            ("slice_thickness", self.slice_thickness.clone()),
            ("study_date", self.study_date.clone()),
        ];
        for (name, value) in kept {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                all.push(Condition::Metadata(format!("@modelarts:{name}"), vec![value]));
            }
        }
    }
}

/// `0`, `1`, or a truth value in any case.
fn truth(text: &str) -> Result<bool, DatasetError> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(invalid(format!("hard must be 0, 1, true or false, got {text:?}"))),
    }
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// An annotation with a score in this range.
pub(super) fn scored(range: (i64, i64)) -> Condition {
    Condition::Annotated {
        name: None,
        label_type: None,
        confirmed: None,
        score: Some(range),
        properties: Vec::new(),
        join: Join::And,
    }
}
