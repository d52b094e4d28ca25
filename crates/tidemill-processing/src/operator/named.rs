//! Operators by the names that requests give them.

use super::augmentation;
use super::generation;
use super::set::{self, SetOperator};
use super::step::MapStep;
use super::validation::{self, Validation};
use crate::error::ProcessingError;
use tidemill_api::modelarts::processing::OperatorParam;
use tidemill_vision::augment::Augmentation;
use tidemill_vision::parameters::{ParameterError, Values};

/// One operator with its checked parameters.
pub(super) enum Operator {
    Validation(Box<dyn MapStep>),
    Augmentation(Augmentation),
    Set(SetOperator),
    Generation(generation::Task),
}

/// Reads an operator of a request, with the values of all its parameters.
pub(super) fn operator(param: &OperatorParam) -> Result<(Operator, Values), ProcessingError> {
    let name = param.name.as_deref().or(param.id.as_deref()).unwrap_or_default();
    let given = param.params.clone().unwrap_or_default();
    if name == validation::TABLE.operator {
        let (step, values) = Validation::read(&given).map_err(invalid)?;
        return Ok((Operator::Validation(step), values));
    }
    if let Some(read) = augmentation::read(name, &given) {
        let augmentation = read.map_err(invalid)?;
        let values = augmentation.values().clone();
        return Ok((Operator::Augmentation(augmentation), values));
    }
    if let Some(read) = set::read(name, &given) {
        let (operator, values) = read.map_err(ProcessingError::Invalid)?;
        return Ok((Operator::Set(operator), values));
    }
    if let Some(read) = generation::read(name, &given) {
        let (task, values) = read.map_err(ProcessingError::Invalid)?;
        return Ok((Operator::Generation(task), values));
    }
    let names = names();
    Err(ProcessingError::Invalid(format!("The operator {name:?} is unknown. Allowed: {names}.")))
}

fn invalid(error: ParameterError) -> ProcessingError {
    ProcessingError::Invalid(error.to_string())
}

/// The names of all operators.
fn names() -> String {
    let augmentations = tidemill_vision::augment::operators().iter().map(|operator| operator.table.operator);
    let all = [validation::TABLE.operator]
        .into_iter()
        .chain(set::NAMES)
        .chain(generation::NAMES)
        .chain(augmentations);
    all.collect::<Vec<_>>().join(", ")
}
