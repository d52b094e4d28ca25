//! Feature analysis: its parameters.

use super::pipeline::{Family, Pipeline};
use super::stage::Stage;
use super::task_type::TaskType;
use crate::run::Measure;
use serde_json::{Map, Value};
use tidemill_api::modelarts::processing::OperatorParam;
use tidemill_vision::analysis::TaskType as Analysed;
use tidemill_vision::feature::Metric;

/// Parameters that are understood; those that the server fills in itself may be sent, too.
const NAMES: [&str; 5] = ["op_list", "task_type", "manifest_path", "file_path", "is_normed"];

/// Operators that stand for an analysis as a whole; each metric is one, too.
const WHOLE: [&str; 4] = ["", "analyse", "data_analyse", "sys_data_analyse"];

/// What all entries of a request ask for together.
#[derive(Default)]
struct Asked {
    /// Parameters but for the metrics.
    given: Map<String, Value>,
    /// The ids of metrics.
    metrics: Vec<String>,
    /// All metrics that apply.
    all: bool,
}

impl Asked {
    fn add(&mut self, param: &OperatorParam) -> Result<(), String> {
        let id = param.id.as_deref().or(param.name.as_deref()).unwrap_or_default();
        let params = param.params.iter().flatten();
        let mut wanted = Vec::new();
        for (name, value) in params {
            if !NAMES.contains(&name.as_str()) {
                return Err(format!("There is no parameter {name:?}. Allowed: {}.", NAMES.join(", ")));
            }
            if name == "op_list" {
                wanted = metrics(value)?;
            } else if self.given.get(name).is_some_and(|before| before != value) {
                return Err(format!("The parameter {name} has two values. Allowed: one for all operators."));
            } else {
                self.given.insert(name.clone(), value.clone());
            }
        }
        match Metric::of_id(id) {
            Some(_) => self.metrics.push(id.to_owned()),
            None if WHOLE.contains(&id) => self.all |= wanted.is_empty(),
            None => return Err(unknown(id)),
        }
        self.metrics.append(&mut wanted);
        Ok(())
    }
}

fn unknown(id: &str) -> String {
    let shown: String = id.chars().take(80).collect();
    let metrics = Analysed::ObjectDetection.metrics().iter().map(|metric| metric.id());
    let allowed: Vec<&str> = WHOLE.into_iter().filter(|id| !id.is_empty()).chain(metrics).collect();
    format!("The operator {shown:?} is unknown. Allowed: {}.", allowed.join(", "))
}

/// The one stage of an analysis: the metrics that its entries name, or all that apply.
pub(super) fn pipeline(params: &[OperatorParam]) -> Result<Pipeline, String> {
    let mut asked = Asked { all: params.is_empty(), ..Asked::default() };
    for param in params {
        asked.add(param)?;
    }
    let given = &asked.given;
    let (task_type, labels) = match given.get("task_type").and_then(Value::as_str).unwrap_or_default() {
        "" | "image_classification" => (Analysed::ImageClassification, TaskType::Classification),
        "object_detection" => (Analysed::ObjectDetection, TaskType::Detection),
        other => {
            return Err(format!(
                "The value {other:?} of parameter task_type is invalid. Allowed: image_classification, object_detection."
            ));
        }
    };
    let is_told = given.get("task_type").is_some();
    // Before the dataset says what its samples are, every metric may be named.
    let allowed = if is_told { task_type } else { Analysed::ObjectDetection };
    let named = allowed.chosen(&asked.metrics).map_err(|e| e.to_string())?;
    let metrics = if asked.all { allowed.metrics().to_vec() } else { named };
    let measure = Measure { metrics, task_type, normed: normed(given.get("is_normed"))? };
    Ok(Pipeline {
        task_type: if is_told { labels } else { TaskType::Either },
        family: Family::Selection,
        stages: vec![Stage::Measure(measure)],
        checked: false,
        validates: false,
        hides_changes: false,
        fails: None,
        of_domains: false,
    })
}

fn normed(given: Option<&Value>) -> Result<bool, String> {
    match given {
        None => Ok(false),
        Some(Value::Bool(truth)) => Ok(*truth),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(other) => {
            Err(format!("The value {other} of parameter is_normed is invalid. Allowed: true or false."))
        }
    }
}

/// A list, or a list as text; an empty one is all.
fn metrics(given: &Value) -> Result<Vec<String>, String> {
    let invalid = |value: &Value| {
        format!("The value {value} of parameter op_list is invalid. Allowed: a list of names.")
    };
    let list = match given {
        Value::String(text) if text.is_empty() => Value::Array(Vec::new()),
        value @ Value::String(text) => serde_json::from_str(text).map_err(|_| invalid(value))?,
        value => value.clone(),
    };
    serde_json::from_value(list.clone()).map_err(|_| invalid(&list))
}
