//! Verdicts of operators on all samples, as columns.

use super::EngineError;
use super::column::{flags, numbers, optional, reals, texts};
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use std::sync::{Arc, LazyLock};

/// What was found out about one sample; what an operator does not know is 0, false or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    /// The sample's number among all records.
    pub(crate) number: i64,
    /// Whether it stays.
    pub(crate) kept: bool,
    /// What it was compared with: a place in the set, or in a list of others; in tables the number of that.
    pub(crate) other: Option<i64>,
    /// Similarity to that.
    pub(crate) similarity: f64,
    /// Its group of similar images.
    pub(crate) cluster: i64,
    /// Embedding distance to what it was compared with.
    pub(crate) distance: f64,
    /// Similarity to what is not wanted.
    pub(crate) foreign: Option<f64>,
    /// Whether all pixels are the same.
    pub(crate) identical: bool,
    /// Whether it was removed for an image with other labels.
    pub(crate) label_conflict: bool,
    /// Whether another processor might decide otherwise.
    pub(crate) borderline: bool,
}

/// A verdict with the path of what the sample was compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decided {
    pub(crate) verdict: Verdict,
    pub(crate) compared_with: Option<String>,
}

pub(super) static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    Fields::from(vec![
        Field::new("number", DataType::Int64, false),
        Field::new("kept", DataType::Boolean, false),
        Field::new("other", DataType::Int64, true),
        Field::new("similarity", DataType::Float64, false),
        Field::new("cluster", DataType::Int64, false),
        Field::new("distance", DataType::Float64, false),
        Field::new("foreign", DataType::Float64, true),
        Field::new("identical", DataType::Boolean, false),
        Field::new("label_conflict", DataType::Boolean, false),
        Field::new("borderline", DataType::Boolean, false),
    ])
});

/// Of tables of verdicts.
pub(super) static VERDICTS: LazyLock<SchemaRef> = LazyLock::new(|| Arc::new(Schema::new(FIELDS.clone())));

/// Of tables of decided samples.
pub(super) static DECIDED: LazyLock<SchemaRef> = LazyLock::new(|| {
    let path = Arc::new(Field::new("compared_with", DataType::Utf8, true));
    Arc::new(Schema::new(FIELDS.iter().cloned().chain([path]).collect::<Fields>()))
});

/// Verdicts as columns.
pub(super) fn to_columns(verdicts: &[Verdict]) -> Vec<ArrayRef> {
    let number =
        |read: fn(&Verdict) -> i64| Arc::new(Int64Array::from_iter_values(verdicts.iter().map(read)));
    let real =
        |read: fn(&Verdict) -> f64| Arc::new(Float64Array::from_iter_values(verdicts.iter().map(read)));
    let flag = |read: fn(&Verdict) -> bool| {
        Arc::new(BooleanArray::from(verdicts.iter().map(read).collect::<Vec<_>>()))
    };
    vec![
        number(|one| one.number),
        flag(|one| one.kept),
        Arc::new(verdicts.iter().map(|one| one.other).collect::<Int64Array>()),
        real(|one| one.similarity),
        number(|one| one.cluster),
        real(|one| one.distance),
        Arc::new(verdicts.iter().map(|one| one.foreign).collect::<Float64Array>()),
        flag(|one| one.identical),
        flag(|one| one.label_conflict),
        flag(|one| one.borderline),
    ]
}

/// The decided samples of a table.
pub(super) fn from_batch(batch: &RecordBatch) -> Result<Vec<Decided>, EngineError> {
    let columns = batch.columns();
    let (number, other, cluster) = (numbers(columns, 0)?, numbers(columns, 2)?, numbers(columns, 4)?);
    let (similarity, distance, foreign) = (reals(columns, 3)?, reals(columns, 5)?, reals(columns, 6)?);
    let (kept, identical) = (flags(columns, 1)?, flags(columns, 7)?);
    let (label_conflict, borderline, path) = (flags(columns, 8)?, flags(columns, 9)?, texts(columns, 10)?);
    let verdict = |n: usize| Verdict {
        number: number.value(n),
        kept: kept.value(n),
        other: other.is_valid(n).then(|| other.value(n)),
        similarity: similarity.value(n),
        cluster: cluster.value(n),
        distance: distance.value(n),
        foreign: foreign.is_valid(n).then(|| foreign.value(n)),
        identical: identical.value(n),
        label_conflict: label_conflict.value(n),
        borderline: borderline.value(n),
    };
    let one = |n: usize| Decided { verdict: verdict(n), compared_with: optional(path, n) };
    Ok((0..batch.num_rows()).map(one).collect())
}
