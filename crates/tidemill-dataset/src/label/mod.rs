//! The labels a dataset knows, keyed by name and type.

mod add;
mod check;
mod create;
mod delete;
mod list;
mod update;

use crate::LabelType;
use serde_json::{Map, Value};
use tidemill_meta::MetaError;
use tidemill_meta::dataset::LabelRow;

pub(crate) use add::{add_labels, all_labels};
pub use check::check_label_name;
pub use create::LabelResults;
pub use delete::DeletePolicy;
pub(crate) use delete::{Then, delete_from_list, strip_some};
pub(crate) use update::update_label;

/// A label of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its name, 1 to 1024 characters.
    pub name: String,
    /// What it says.
    pub kind: LabelType,
    /// `@modelarts:color`, `@modelarts:shortcut`, `@modelarts:default_shape`, `@modelarts:from_type`,
    /// `@modelarts:to_type` and the user's own.
    pub property: Map<String, Value>,
    /// Attributes that annotations with it may have: objects as they were sent.
    pub attributes: Vec<Value>,
}

/// Why a label cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// The dataset has no such label.
    #[error("the label {0} does not exist")]
    Unknown(String),
    /// The dataset has it already.
    #[error("the label {0} exists already")]
    Exists(String),
    /// Another label has the shortcut.
    #[error("the shortcut {0} is taken by another label")]
    ShortcutTaken(String),
    /// A value that cannot be one.
    #[error("{0}")]
    Invalid(String),
    /// A relation between entities the dataset has no labels for.
    #[error("the triplet entity label {0} does not exist")]
    EntityMissing(String),
    /// A relation label still names this entity label.
    #[error("the triplet entity label {0} is still used by a relation label")]
    EntityInUse(String),
}

impl Label {
    /// A label without properties.
    pub fn new(name: impl Into<String>, kind: LabelType) -> Self {
        Self { name: name.into(), kind, property: Map::new(), attributes: Vec::new() }
    }

    /// A text property, if it is there and not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.property.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn of(row: LabelRow) -> Result<Self, MetaError> {
        let broken = || MetaError::Unexpected(format!("label {}", row.name));
        Ok(Self {
            kind: LabelType::from_code(row.label_type).ok_or_else(broken)?,
            property: serde_json::from_str(&row.property).map_err(|_| broken())?,
            attributes: serde_json::from_str(&row.attributes).map_err(|_| broken())?,
            name: row.name,
        })
    }

    pub(crate) fn row(&self) -> LabelRow {
        LabelRow {
            name: self.name.clone(),
            label_type: self.kind.code(),
            property: Value::Object(self.property.clone()).to_string(),
            attributes: Value::Array(self.attributes.clone()).to_string(),
        }
    }
}
