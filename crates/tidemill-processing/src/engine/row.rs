//! One row of a run's tables, and how rows become columns.

use super::EngineError;
use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use std::sync::{Arc, LazyLock};

/// What is known of one sample after a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The sample's number in the order of paths.
    pub(crate) ordinal: i64,
    /// Where it came from, `bucket/key`.
    pub(crate) origin: String,
    /// Where its product wants to go, below the output directory; empty if it has none.
    pub(crate) place: String,
    /// 0 kept, 1 changed, 2 dropped, 3 added; what has no row of its own in the results: [`WITHDRAWN`], or -1 if
    /// there is nothing to say about it.
    pub(crate) property: i64,
    /// The rest as JSON.
    pub(crate) body: String,
}

/// The property of what was made, or was to be made, and was left out.
pub(crate) const WITHDRAWN: i64 = -2;

/// The column of properties.
pub(super) const PROPERTY: usize = 3;

pub(super) static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("ordinal", DataType::Int64, false),
        Field::new("origin", DataType::Utf8, false),
        Field::new("place", DataType::Utf8, false),
        Field::new("property", DataType::Int64, false),
        Field::new("body", DataType::Utf8, false),
    ]))
});

pub(super) fn to_batch(rows: &[Row]) -> Result<RecordBatch, EngineError> {
    let text = |read: fn(&Row) -> &str| Arc::new(StringArray::from_iter_values(rows.iter().map(read)));
    let number = |read: fn(&Row) -> i64| Arc::new(Int64Array::from_iter_values(rows.iter().map(read)));
    Ok(RecordBatch::try_new(
        SCHEMA.clone(),
        vec![
            number(|row| row.ordinal),
            text(|row| &row.origin),
            text(|row| &row.place),
            number(|row| row.property),
            text(|row| &row.body),
        ],
    )?)
}

pub(super) fn from_batch(batch: &RecordBatch) -> Result<Vec<Row>, EngineError> {
    let (ordinal, origin) = (numbers(batch, 0)?, texts(batch, 1)?);
    let (place, property, body) = (texts(batch, 2)?, numbers(batch, 3)?, texts(batch, 4)?);
    let row = |n: usize| Row {
        ordinal: ordinal.value(n),
        origin: origin.value(n).to_owned(),
        place: place.value(n).to_owned(),
        property: property.value(n),
        body: body.value(n).to_owned(),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

/// A column of numbers.
pub(super) fn numbers(batch: &RecordBatch, column: usize) -> Result<&Int64Array, EngineError> {
    let found = batch.columns().get(column).and_then(|c| c.as_primitive_opt::<Int64Type>());
    found.ok_or_else(|| EngineError::Damaged(format!("column {column} holds no numbers")))
}

/// A column of texts.
pub(super) fn texts(batch: &RecordBatch, column: usize) -> Result<&StringArray, EngineError> {
    let found = batch.columns().get(column).and_then(|c| c.as_string_opt::<i32>());
    found.ok_or_else(|| EngineError::Damaged(format!("column {column} holds no text")))
}

/// A text that may be missing.
pub(super) fn optional(column: &StringArray, n: usize) -> Option<String> {
    column.is_valid(n).then(|| column.value(n).to_owned())
}
