//! One row of a run's tables, and how rows become columns.

use super::EngineError;
use super::column::{numbers, texts};
use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
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
    let columns = batch.columns();
    let (ordinal, origin) = (numbers(columns, 0)?, texts(columns, 1)?);
    let (place, property, body) = (texts(columns, 2)?, numbers(columns, 3)?, texts(columns, 4)?);
    let row = |n: usize| Row {
        ordinal: ordinal.value(n),
        origin: origin.value(n).to_owned(),
        place: place.value(n).to_owned(),
        property: property.value(n),
        body: body.value(n).to_owned(),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}
