//! The values an operator runs with.

use std::collections::BTreeMap;

use super::Value;

/// One value for each parameter of a table.
///
/// The methods give the value of the parameter `name`; asked for one that the table does not have, or has with
/// another kind, they give the empty value of their type.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    found: BTreeMap<&'static str, Value>,
    /// The parameters that decide the outcome.
    deciding: Vec<&'static str>,
}

impl Values {
    pub(super) fn new(found: BTreeMap<&'static str, Value>, deciding: Vec<&'static str>) -> Self {
        Self { found, deciding }
    }

    /// Swaps the values of two parameters if the first is above the second.
    pub(super) fn order(&mut self, low: &'static str, high: &'static str) {
        if self.real(low) > self.real(high)
            && let (Some(first), Some(second)) = (self.found.remove(low), self.found.remove(high))
        {
            self.found.extend([(low, second), (high, first)]);
        }
    }

    /// The value, whatever its kind.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.found.get(name)
    }

    /// Of [`super::Kind::Boolean`].
    pub fn boolean(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Boolean(true)))
    }

    /// Of [`super::Kind::Integer`].
    pub fn integer(&self, name: &str) -> i64 {
        self.count(name).unwrap_or_default()
    }

    /// Of [`super::Kind::Count`]; `None` if it is left to the operator.
    pub fn count(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// Of [`super::Kind::Real`], or a whole number as one.
    pub fn real(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Value::Real(value)) => *value,
            Some(Value::Integer(value)) => *value as f64,
            _ => 0.0,
        }
    }

    /// Of [`super::Kind::Choice`] or [`super::Kind::Text`].
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Word(word)) => word,
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The values that decide the outcome as one JSON object, names in order, without spaces: the same text for the
    /// same values, however they were written in the request.
    pub fn canonical(&self) -> String {
        let deciding: BTreeMap<&str, &Value> =
            self.deciding.iter().filter_map(|name| Some((*name, self.found.get(name)?))).collect();
        serde_json::to_string(&deciding).unwrap_or_default()
    }
}
