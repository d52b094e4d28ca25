//! What is said about a sample.

use crate::{Fraction, LabelType};
use serde_json::{Map, Value};
use tidemill_meta::MetaError;
use tidemill_meta::dataset::SampleLabelRow;

/// One annotation of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleLabel {
    /// The label's name; empty where the type needs none, such as what is said in a sound.
    pub name: String,
    /// What it says.
    pub kind: LabelType,
    /// Its own id: `E1`, `R1` of triplets.
    pub id: Option<String>,
    /// Attributes and, as the API shows them, shape, place, time or words: `@modelarts:shape`,
    /// `@modelarts:feature`, `@modelarts:start_index`, …
    pub property: Map<String, Value>,
    /// How sure it is.
    pub score: Option<Fraction>,
    /// Who made it, for example `human/<account>/<user>`.
    pub annotated_by: String,
    /// Whether somebody stands for it; otherwise it waits for confirmation.
    pub confirmed: bool,
    /// When it was made, in ms since the epoch, if somebody said so.
    pub created_ms: Option<i64>,
}

impl SampleLabel {
    /// A confirmed annotation that is only a name.
    pub fn named(name: impl Into<String>, kind: LabelType, annotated_by: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            id: None,
            property: Map::new(),
            score: None,
            annotated_by: annotated_by.into(),
            confirmed: true,
            created_ms: None,
        }
    }

    /// Whether it says the same as another, whoever said it and when.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        (&self.name, self.kind, &self.id, &self.property)
            == (&other.name, other.kind, &other.id, &other.property)
    }

    pub(crate) fn of(row: SampleLabelRow) -> Result<Self, MetaError> {
        let broken = || MetaError::Unexpected(format!("annotation {}", row.name));
        Ok(Self {
            kind: LabelType::from_code(row.label_type).ok_or_else(broken)?,
            property: serde_json::from_str(&row.property).map_err(|_| broken())?,
            name: row.name,
            id: row.label_id,
            score: row.score.map(Fraction::from_millionths),
            annotated_by: row.annotated_by,
            confirmed: row.confirmed,
            created_ms: row.created_ms,
        })
    }

    pub(crate) fn row(&self) -> SampleLabelRow {
        SampleLabelRow {
            name: self.name.clone(),
            label_type: self.kind.code(),
            confirmed: self.confirmed,
            score: self.score.map(Fraction::millionths),
            label_id: self.id.clone(),
            annotated_by: self.annotated_by.clone(),
            property: Value::Object(self.property.clone()).to_string(),
            created_ms: self.created_ms,
        }
    }
}
