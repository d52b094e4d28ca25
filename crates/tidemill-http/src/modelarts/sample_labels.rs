//! Annotations and properties of samples between the wire and the domain.

use crate::modelarts::ModelArtsError;
use serde_json::{Map, Value, json};
use tidemill_api::modelarts::sample::SampleLabel as Wire;
use tidemill_dataset::sample::{Hardness, Sample, SampleLabel};
use tidemill_dataset::{DatasetType, Fraction, LabelType};
use tidemill_iam::Caller;

const HARD: &str = "@modelarts:hard";
const COEFFICIENT: &str = "@modelarts:hard_coefficient";
const REASONS: &str = "@modelarts:hard_reasons";
const ORIGIN: &str = "@modelarts:import_origin";
const SIZE: &str = "@modelarts:size";
/// Largest id of a reason.
const REASON_MAX: u64 = 30;

/// Whose annotation a request makes.
pub(super) fn human(caller: &Caller) -> String {
    format!("human/{}/{}", caller.domain.name, caller.user.name)
}

/// An annotation as the domain knows it. Without a type it has the dataset's.
pub(super) fn read(
    wire: Wire,
    kind: DatasetType,
    caller: &Caller,
    confirmed: bool,
) -> Result<SampleLabel, ModelArtsError> {
    let label_type = wire.kind.map_or(kind.label_type(), LabelType::from_code);
    let told = || ModelArtsError::invalid(format!("there are no labels of type {:?} here", wire.kind));
    let score = match wire.score {
        None => None,
        Some(score) => Some(
            Fraction::new(score)
                .ok_or_else(|| ModelArtsError::invalid(format!("score must be from 0 to 1, got {score}")))?,
        ),
    };
    Ok(SampleLabel {
        name: wire.name.unwrap_or_default(),
        kind: label_type.ok_or_else(told)?,
        id: wire.id,
        property: wire.property.unwrap_or_default(),
        score,
        annotated_by: wire.annotated_by.filter(|who| who == "auto").unwrap_or_else(|| human(caller)),
        confirmed,
        created_ms: None,
    })
}

/// An annotation as answers show it.
pub(super) fn shown(label: SampleLabel) -> Wire {
    Wire {
        name: Some(label.name).filter(|name| !name.is_empty()),
        kind: Some(label.kind.code()),
        id: label.id,
        property: Some(label.property),
        score: label.score.map(Fraction::get),
        annotated_by: Some(label.annotated_by).filter(|who| !who.is_empty()),
    }
}

/// What metadata says about hardness, and the rest of it.
pub(super) fn split_metadata(
    mut metadata: Map<String, Value>,
) -> Result<(Hardness, Map<String, Value>), ModelArtsError> {
    let hard =
        metadata.remove(HARD).filter(|value| !value.is_null()).map(|value| truth(&value)).transpose()?;
    let coefficient = metadata.remove(COEFFICIENT).filter(|value| !value.is_null());
    let coefficient = coefficient.map(|value| fraction(&value)).transpose()?;
    let reasons = metadata.remove(REASONS).map_or(Ok(Vec::new()), |value| reasons(&value))?;
    metadata.remove(ORIGIN);
    if let Some(size) = metadata.get(SIZE) {
        check_size(size)?;
    }
    Ok((Hardness { hard, coefficient, reasons }, metadata))
}

/// The metadata of a sample as answers show it.
pub(super) fn metadata(sample: &Sample) -> Map<String, Value> {
    let mut all = sample.metadata.clone();
    all.insert(ORIGIN.to_owned(), sample.import_origin.into());
    if let Some(hard) = sample.hardness.hard {
        all.insert(HARD.to_owned(), hard.into());
    }
    if let Some(coefficient) = sample.hardness.coefficient {
        all.insert(COEFFICIENT.to_owned(), coefficient.get().into());
    }
    if !sample.hardness.reasons.is_empty() {
        all.insert(REASONS.to_owned(), json!(sample.hardness.reasons));
    }
    all
}

/// Numbers, text and truth values: clients write each of them.
fn truth(value: &Value) -> Result<bool, ModelArtsError> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
        Value::String(text) if matches!(text.as_str(), "1" | "true") => Ok(true),
        Value::String(text) if matches!(text.as_str(), "0" | "false" | "") => Ok(false),
        _ => Err(ModelArtsError::invalid(format!("{HARD} must be true or false"))),
    }
}

fn fraction(value: &Value) -> Result<Fraction, ModelArtsError> {
    let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    let told = || ModelArtsError::invalid(format!("{COEFFICIENT} must be from 0 to 1"));
    number.and_then(Fraction::new).ok_or_else(told)
}

/// A list of ids, or a text of them joined by hyphens.
fn reasons(value: &Value) -> Result<Vec<u8>, ModelArtsError> {
    let ids: Option<Vec<u64>> = match value {
        Value::Null => Some(Vec::new()),
        Value::Array(list) => list.iter().map(Value::as_u64).collect(),
        Value::String(text) if text.is_empty() => Some(Vec::new()),
        Value::String(text) => text.split('-').map(|id| id.parse().ok()).collect(),
        _ => None,
    };
    let ids = ids.filter(|ids| ids.len() <= 31 && ids.iter().all(|id| *id <= REASON_MAX));
    let told = || ModelArtsError::invalid(format!("{REASONS} must be ids from 0 to {REASON_MAX}"));
    Ok(ids.ok_or_else(told)?.into_iter().filter_map(|id| u8::try_from(id).ok()).collect())
}

fn check_size(size: &Value) -> Result<(), ModelArtsError> {
    let numbers = size.as_array().filter(|list| (2..=3).contains(&list.len()));
    if numbers.is_some_and(|list| list.iter().all(|n| n.as_u64().is_some_and(|n| n > 0))) {
        return Ok(());
    }
    Err(ModelArtsError::invalid(format!("{SIZE} must be [width, height] or [width, height, depth]")))
}
