//! Tables of what operators on all samples have to know of each: its key, its vector, its picture.

use super::column::{blobs, numbers, texts};
use super::{Engine, EngineError};
use datafusion::arrow::array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::prelude::col;
use std::sync::{Arc, LazyLock};
use tidemill_embedding::{Picture, Vector, decode, encode};
use tidemill_vision::seed::SampleKey;

/// What is known of one sample.
#[derive(Clone, Debug)]
pub(crate) struct Embedded {
    /// Its number among all records.
    pub(crate) number: i64,
    pub(crate) key: SampleKey,
    pub(crate) vector: Vector,
    pub(crate) picture: Picture,
}

/// Rows that are read at once, of some kilobytes each.
const BATCH: usize = 1024;

/// The columns, which are also what a reduce takes, in this order.
pub(super) static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("number", DataType::Int64, false),
        Field::new("key", DataType::Binary, false),
        Field::new("vector", DataType::Binary, false),
        Field::new("pixel_digest", DataType::Binary, false),
        Field::new("pixels", DataType::Int64, false),
        Field::new("bytes", DataType::Int64, false),
        Field::new("labels", DataType::Utf8, false),
    ]))
});

impl Engine {
    /// Writes what is known of samples as one table.
    pub(crate) async fn write_vectors(&self, key: &str, samples: &[Embedded]) -> Result<(), EngineError> {
        let batch = |some: &[Embedded]| RecordBatch::try_new(SCHEMA.clone(), to_columns(some));
        let batches = samples.chunks(BATCH).map(batch).collect::<Result<Vec<_>, _>>()?;
        self.put(key, &SCHEMA, &batches).await
    }

    /// Bytes of the first vector in some tables, of which all are alike; 0 if they are empty.
    pub(crate) async fn vector_bytes(&self, tables: &[String]) -> Result<u64, EngineError> {
        let first = self.table(tables, &SCHEMA).await?.select(vec![col("vector")])?.limit(0, Some(1))?;
        let found = first.collect().await?;
        let first = found.iter().find(|batch| batch.num_rows() > 0);
        first.map_or(Ok(0), |batch| Ok(blobs(batch.columns(), 0)?.value(0).len() as u64))
    }
}

/// Samples as columns.
pub(super) fn to_columns(samples: &[Embedded]) -> Vec<ArrayRef> {
    let number =
        |read: fn(&Embedded) -> i64| Arc::new(Int64Array::from_iter_values(samples.iter().map(read)));
    vec![
        number(|one| one.number),
        Arc::new(BinaryArray::from_iter_values(samples.iter().map(|one| one.key.0))),
        Arc::new(BinaryArray::from_iter_values(samples.iter().map(|one| encode(&one.vector)))),
        Arc::new(BinaryArray::from_iter_values(samples.iter().map(|one| one.picture.pixel_digest))),
        number(|one| i64::try_from(one.picture.pixels).unwrap_or(i64::MAX)),
        number(|one| i64::try_from(one.picture.bytes).unwrap_or(i64::MAX)),
        Arc::new(StringArray::from_iter_values(samples.iter().map(|one| &one.picture.labels))),
    ]
}

/// Columns as samples, one after the other.
pub(super) fn from_columns(
    columns: &[ArrayRef],
) -> Result<impl Iterator<Item = Result<Embedded, EngineError>>, EngineError> {
    let (number, pixels, bytes) = (numbers(columns, 0)?, numbers(columns, 4)?, numbers(columns, 5)?);
    let (key, vector, digest) = (blobs(columns, 1)?, blobs(columns, 2)?, blobs(columns, 3)?);
    let labels = texts(columns, 6)?;
    let one = move |n: usize| {
        let picture = Picture {
            pixel_digest: digest.value(n).try_into().ok()?,
            pixels: pixels.value(n).unsigned_abs(),
            bytes: bytes.value(n).unsigned_abs(),
            labels: labels.value(n).into(),
        };
        let key = SampleKey(key.value(n).try_into().ok()?);
        Some(Embedded { number: number.value(n), key, vector: decode(vector.value(n)).ok()?, picture })
    };
    Ok((0..number.len())
        .map(move |n| one(n).ok_or_else(|| EngineError::damaged("a stored vector is damaged"))))
}
