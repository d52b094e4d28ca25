//! Parameters of operators, as they come in requests: values as text (`"1920"`, `"0.9"`, `"True"`) or native JSON.
//!
//! An operator names its parameters in a [`Table`], a constant. [`Table::read`] checks a request against it, before
//! any image is read, and gives [`Values`]: one value for each parameter of the table, its default where the request
//! has none.
//!
//! ```
//! use tidemill_vision::parameters::{Kind, Parameter, Table};
//!
//! const CROP: Table = Table {
//!     operator: "Crop",
//!     parameters: &[
//!         Parameter::new("crop_percent_min", Kind::Real { min: 0.0, max: 0.49 }, "0"),
//!         Parameter::new("crop_percent_max", Kind::Real { min: 0.0, max: 0.49 }, "0.2"),
//!     ],
//!     ordered: &[("crop_percent_min", "crop_percent_max")],
//! };
//! let given = serde_json::json!({"crop_percent_max": "0.3", "do_validation": "True"});
//! let values = CROP.read(given.as_object().unwrap())?;
//! assert_eq!(values.real("crop_percent_max"), 0.3);
//! assert!(values.boolean("do_validation"));
//! # Ok::<(), tidemill_vision::parameters::ParameterError>(())
//! ```

mod kind;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use thiserror::Error;

pub use kind::{Kind, Value};
pub use values::Values;

/// What an operator can be given.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The operator's name in the API.
    pub operator: &'static str,
    /// Its own parameters; [`COMMON`] ones are understood by every operator.
    pub parameters: &'static [Parameter],
    /// Pairs of a lower and an upper bound, which are swapped if they come the wrong way round.
    pub ordered: &'static [(&'static str, &'static str)],
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in the API.
    pub name: &'static str,
    /// Another spelling that is taken for it.
    pub alias: Option<&'static str>,
    /// What it may be.
    pub kind: Kind,
    /// The value without one in the request, as text; `None` if the request has to have one.
    pub default: Option<&'static str>,
    /// Whether one product is the same for all its values, so that it is not part of the seed.
    pub is_neutral: bool,
}

impl Parameter {
    /// A parameter with a default.
    pub const fn new(name: &'static str, kind: Kind, default: &'static str) -> Self {
        Self { name, alias: None, kind, default: Some(default), is_neutral: false }
    }

    /// A parameter that every request has to have.
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, alias: None, kind, default: None, is_neutral: false }
    }

    /// The same with another spelling.
    pub const fn or(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    /// The same, not part of the seed.
    pub const fn neutral(self) -> Self {
        Self { is_neutral: true, ..self }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.alias == Some(name)
    }
}

const TEXT: Kind = Kind::Text { max: 1024 };

/// What every operator takes. Only `do_validation` changes what is done; the others are informative.
pub const COMMON: &[Parameter] = &[
    Parameter::new("do_validation", Kind::Boolean, "True"),
    Parameter::new("task_type", Kind::Choice(&["", "image_classification", "object_detection"]), ""),
    Parameter::new("dataset_type", TEXT, ""),
    Parameter::new("source_service", TEXT, ""),
    Parameter::new("filter_func", TEXT, ""),
    Parameter::new("total_status", TEXT, ""),
    Parameter::new("checkpoint_path", TEXT, ""),
];

/// Why a request's parameters can't be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ParameterError {
    /// No parameter of this name.
    #[error("{operator} has no parameter {name}. Allowed: {allowed}.")]
    Unknown {
        /// The operator.
        operator: &'static str,
        /// As given, shortened.
        name: String,
        /// All names.
        allowed: String,
    },
    /// Another type, or out of range.
    #[error("The value {value} of parameter {name} of {operator} is invalid. Allowed: {allowed}.")]
    Invalid {
        /// The operator.
        operator: &'static str,
        /// The parameter.
        name: &'static str,
        /// As given, shortened.
        value: String,
        /// What it may be.
        allowed: String,
    },
    /// A parameter without default is missing.
    #[error("{operator} needs the parameter {name}. Allowed: {allowed}.")]
    Missing {
        /// The operator.
        operator: &'static str,
        /// The parameter.
        name: &'static str,
        /// What it may be.
        allowed: String,
    },
    /// Given in both spellings.
    #[error("The parameter {name} of {operator} is given twice.")]
    Twice {
        /// The operator.
        operator: &'static str,
        /// The parameter.
        name: &'static str,
    },
}

impl Table {
    /// The values of a request, or what is wrong with it.
    pub fn read(&self, given: &Map<String, Json>) -> Result<Values, ParameterError> {
        let mut found = BTreeMap::new();
        for (name, json) in given {
            let parameter = self.find(name)?;
            if found.insert(parameter.name, self.value(parameter, json)?).is_some() {
                return Err(ParameterError::Twice { operator: self.operator, name: parameter.name });
            }
        }
        for parameter in self.all() {
            if !found.contains_key(parameter.name) {
                found.insert(parameter.name, self.default(parameter)?);
            }
        }
        let deciding = self.parameters.iter().filter(|parameter| !parameter.is_neutral);
        let mut values = Values::new(found, deciding.map(|parameter| parameter.name).collect());
        for (low, high) in self.ordered {
            values.order(low, high);
        }
        Ok(values)
    }

    /// Own parameters first, then those of every operator; an own one hides a common one.
    fn all(&self) -> impl Iterator<Item = &'static Parameter> {
        self.parameters.iter().chain(COMMON)
    }

    fn find(&self, name: &str) -> Result<&'static Parameter, ParameterError> {
        self.all().find(|parameter| parameter.is_called(name)).ok_or_else(|| {
            let names: Vec<&str> = self.all().map(|parameter| parameter.name).collect();
            ParameterError::Unknown {
                operator: self.operator,
                name: shortened(name),
                allowed: names.join(", "),
            }
        })
    }

    fn value(&self, parameter: &'static Parameter, json: &Json) -> Result<Value, ParameterError> {
        parameter.kind.value(json).ok_or_else(|| ParameterError::Invalid {
            operator: self.operator,
            name: parameter.name,
            value: shortened(&json.to_string()),
            allowed: parameter.kind.to_string(),
        })
    }

    fn default(&self, parameter: &'static Parameter) -> Result<Value, ParameterError> {
        let Some(text) = parameter.default else {
            let allowed = parameter.kind.to_string();
            return Err(ParameterError::Missing { operator: self.operator, name: parameter.name, allowed });
        };
        self.value(parameter, &Json::from(text))
    }
}

/// The beginning of what a client sent, for a message.
fn shortened(text: &str) -> String {
    const LENGTH: usize = 64;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
