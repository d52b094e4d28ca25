//! What a listing of samples asks for.

use crate::modelarts::{ModelArtsError, ModelArtsRequest};
use crate::request::json;
use tidemill_dataset::sample::SampleStatus;
use tidemill_dataset::search::{SampleFilter, SearchCondition};
use tidemill_dataset::{Fraction, LabelType, SampleType};

/// Conditions that a listing may name.
const CONDITIONS_MAX: usize = 100;

/// The states that `sample_state` of the query asks for; `None`: all. 0104 for a word that is none.
pub(super) fn wanted_states(request: &ModelArtsRequest) -> Result<Option<Vec<SampleStatus>>, ModelArtsError> {
    states(request.query.get("sample_state"))
}

/// The filter that the query of a listing names.
pub(super) fn filter(request: &ModelArtsRequest) -> Result<SampleFilter, ModelArtsError> {
    Ok(SampleFilter {
        states: wanted_states(request)?,
        label_name: request.query.get("label_name").map(str::to_owned),
        label_type: request.code("label_type", LabelType::from_code)?,
        sample_type: request
            .code("sample_type", SampleType::from_code)?
            .filter(|kind| *kind != SampleType::FreeFormat),
        score: score(request)?,
        conditions: conditions(request.query.get("search_conditions"))?,
    })
}

/// The states that a filter word means, whatever its case. Those of team labeling are nobody's here.
fn states(word: Option<&str>) -> Result<Option<Vec<SampleStatus>>, ModelArtsError> {
    let Some(word) = word else { return Ok(None) };
    let states = match word.to_ascii_uppercase().as_str() {
        "__ALL__" | "MANUAL_ANNOTATION" => vec![SampleStatus::Labeled],
        "__NONE__" | "UN_ANNOTATION" => vec![SampleStatus::Unlabeled],
        "__AUTO_ANNOTATION__" | "AUTO_ANNOTATION" => vec![SampleStatus::Unconfirmed],
        "__UNCHECK__"
        | "__ACCEPTED__"
        | "__REJECTED__"
        | "__UNREVIEWED__"
        | "__REVIEWED__"
        | "__WORKFORCE_SAMPLED__"
        | "__WORKFORCE_SAMPLED_UNCHECK__"
        | "__WORKFORCE_SAMPLED_CHECKED__"
        | "__WORKFORCE_SAMPLED_ACCEPTED__"
        | "__WORKFORCE_SAMPLED_REJECTED__" => Vec::new(),
        _ => {
            let told = "sample_state must be one of __ALL__, __NONE__, __AUTO_ANNOTATION__ or a state of team labeling";
            return Err(ModelArtsError::invalid(told));
        }
    };
    Ok(Some(states))
}

/// A range of scores; the whole range is none.
fn score(request: &ModelArtsRequest) -> Result<Option<(Fraction, Fraction)>, ModelArtsError> {
    let read = |name: &str, default: f64| match request.query.get(name) {
        None => Ok(default),
        Some(text) => text.trim().parse().map_err(|_| told(name)),
    };
    let (low, high) = (read("low_score", 0.0)?, read("high_score", 1.0)?);
    if (low, high) == (0.0, 1.0) {
        return Ok(None);
    }
    let low = Fraction::new(low).ok_or_else(|| told("low_score"))?;
    Ok(Some((low, Fraction::new(high).ok_or_else(|| told("high_score"))?)))
}

fn told(name: &str) -> ModelArtsError {
    ModelArtsError::invalid(format!("{name} must be a number from 0 to 1"))
}

/// A JSON list of conditions; one condition alone is read as well.
fn conditions(text: Option<&str>) -> Result<Vec<SearchCondition>, ModelArtsError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let list: Vec<SearchCondition> = if text.trim_start().starts_with('{') {
        vec![json::parse(text.as_bytes())?]
    } else {
        json::parse(text.as_bytes())?
    };
    if list.len() > CONDITIONS_MAX {
        return Err(ModelArtsError::invalid(format!(
            "search_conditions may hold {CONDITIONS_MAX} conditions at most"
        )));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_states_are_read_in_any_case() {
        assert_eq!(states(Some("__unreviewed__")).unwrap(), Some(Vec::new()));
        assert_eq!(states(Some("__all__")).unwrap(), Some(vec![SampleStatus::Labeled]));
        assert_eq!(states(None).unwrap(), None);
        assert!(states(Some("labeled")).is_err());
    }

    #[test]
    fn one_condition_is_a_list_of_one() {
        assert_eq!(conditions(Some(r#"{"sample_name":"x.jpg"}"#)).unwrap().len(), 1);
        assert_eq!(conditions(Some(r#"[{"hard":"1"},{}]"#)).unwrap().len(), 2);
        assert!(conditions(Some("x")).is_err());
    }
}
