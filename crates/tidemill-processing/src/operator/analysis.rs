//! Feature analysis: its parameters.

use super::pipeline::{Family, Pipeline, Stage, TaskType};
use crate::run::Measure;
use serde_json::{Map, Value};
use tidemill_api::modelarts::processing::OperatorParam;
use tidemill_vision::analysis::TaskType as Analysed;
use tidemill_vision::feature::Metric;

/// Parameters that are understood; those that the server fills in itself may be sent, too.
const NAMES: [&str; 5] = ["op_list", "task_type", "manifest_path", "file_path", "is_normed"];

/// The one stage of an analysis: the metrics of `op_list`, or all that apply.
pub(super) fn pipeline(params: &[OperatorParam]) -> Result<Pipeline, String> {
    let none = Map::new();
    let given = params.first().and_then(|param| param.params.as_ref()).unwrap_or(&none);
    if let Some(unknown) = given.keys().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("There is no parameter {unknown:?}. Allowed: {}.", NAMES.join(", ")));
    }
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
    let metrics = metrics(given.get("op_list"), task_type, is_told)?;
    let measure = Measure { metrics, task_type, normed: normed(given.get("is_normed"))? };
    Ok(Pipeline {
        task_type: if is_told { labels } else { TaskType::Either },
        family: Family::Selection,
        stages: vec![Stage::Measure(measure)],
        checked: false,
        fails: None,
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

/// A list, or a list as text; an empty one is all. Before the dataset says what its samples are, every metric may
/// be named.
fn metrics(given: Option<&Value>, task_type: Analysed, is_told: bool) -> Result<Vec<Metric>, String> {
    let invalid = |value: &Value| {
        format!("The value {value} of parameter op_list is invalid. Allowed: a list of names.")
    };
    let list = match given {
        None => Value::Array(Vec::new()),
        Some(Value::String(text)) if text.is_empty() => Value::Array(Vec::new()),
        Some(value @ Value::String(text)) => serde_json::from_str(text).map_err(|_| invalid(value))?,
        Some(value) => value.clone(),
    };
    let wanted: Vec<String> = serde_json::from_value(list.clone()).map_err(|_| invalid(&list))?;
    let allowed = if is_told { task_type } else { Analysed::ObjectDetection };
    allowed.chosen(&wanted).map_err(|e| e.to_string())
}
