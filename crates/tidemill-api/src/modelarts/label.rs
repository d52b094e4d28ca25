//! Bodies of the calls on labels.

use super::dataset::Label;
use super::property;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Several labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelList {
    /// The labels.
    pub labels: Option<Vec<Label>>,
}

/// A page of labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListedLabels {
    /// The labels.
    pub labels: Vec<Label>,
    /// How many there are in all.
    pub total_number: u64,
}

/// Changes a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpdateDataset {
    /// Its new name.
    pub dataset_name: Option<String>,
    /// Its new description.
    pub description: Option<String>,
    /// The version whose samples replace the present ones.
    pub current_version_id: Option<String>,
    /// Labels it gets.
    pub add_labels: Option<Vec<Label>>,
    /// Labels that change.
    pub update_labels: Option<Vec<Label>>,
    /// Labels it loses.
    pub delete_labels: Option<Vec<Label>>,
}

/// Properties of one label that change.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct UpdateLabel {
    /// `@modelarts:color` and so on; the body is this object.
    #[serde(deserialize_with = "property::object::<_, property::LabelProperty>")]
    pub property: Option<Map<String, Value>>,
}

/// How often a label is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelStats {
    /// Its name.
    pub name: String,
    /// What it says.
    #[serde(rename = "type")]
    pub kind: i64,
    /// Its properties.
    pub property: Map<String, Value>,
    /// Attributes of annotations with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Value>,
    /// Annotations with it.
    pub count: u64,
    /// Samples with such an annotation.
    pub sample_count: u64,
}
