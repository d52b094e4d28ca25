//! Samples that want the same place, and the numbers that their names get.

use super::column::{numbers, texts};
use super::row::SCHEMA;
use super::{Engine, EngineError, Share};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as QueryResult;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::{col, lit};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use std::sync::{Arc, LazyLock};

/// Takes the number from a place: the place without it, and the number.
pub(crate) type TakeNumber = fn(&str) -> Option<(String, i64)>;

/// A place with a number.
pub(crate) type Numbered = Result<(String, i64), EngineError>;

/// Of those who come to a place that somebody has.
static LATECOMERS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("place", DataType::Utf8, false),
        Field::new("ordinal", DataType::Int64, false),
    ]))
});

static LATE: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("ordinal", DataType::Int64, false),
        // What the sample's name gets.
        Field::new("number", DataType::Int64, false),
    ]))
});

impl Engine {
    /// The places that samples want, each with the number of the sample, in order.
    pub(crate) async fn wanted(
        &self,
        tables: &[String],
    ) -> Result<BoxStream<'static, Numbered>, EngineError> {
        let rows = self.table(tables, &SCHEMA).await?.filter(col("place").not_eq(lit("")))?;
        in_order(rows.select(vec![col("place"), col("ordinal")])?).await
    }

    /// The places that samples want that have a number, without it, each with its number, in order.
    pub(crate) async fn numbered(
        &self,
        tables: &[String],
        take: TakeNumber,
    ) -> Result<BoxStream<'static, Numbered>, EngineError> {
        let place = function("place_of", DataType::Utf8, move |places| {
            let place = |place| Some(take(place?)?.0);
            Arc::new(places.iter().map(place).collect::<StringArray>())
        });
        let number = function("number_of", DataType::Int64, move |places| {
            let number = |place| Some(take(place?)?.1);
            Arc::new(places.iter().map(number).collect::<Int64Array>())
        });
        let of_row = vec![
            place.call(vec![col("place")]).alias("place"),
            number.call(vec![col("place")]).alias("ordinal"),
        ];
        let rows = self.table(tables, &SCHEMA).await?.select(of_row)?;
        in_order(rows.filter(col("place").is_not_null())?).await
    }

    /// Writes down some samples that come late to their places.
    pub(crate) async fn write_latecomers(
        &self,
        key: &str,
        latecomers: &[(String, i64)],
    ) -> Result<(), EngineError> {
        let places = StringArray::from_iter_values(latecomers.iter().map(|(place, _)| place));
        let ordinals = Int64Array::from_iter_values(latecomers.iter().map(|(_, ordinal)| *ordinal));
        let batch = RecordBatch::try_new(LATECOMERS.clone(), vec![Arc::new(places), Arc::new(ordinals)])?;
        self.put(key, &LATECOMERS, &[batch]).await
    }

    /// The places and the numbers of samples that were written down, as they were.
    pub(crate) async fn latecomers(&self, key: &str) -> Result<Vec<(String, i64)>, EngineError> {
        let mut latecomers = Vec::new();
        for batch in self.batches(key, None).await? {
            let (places, ordinals) = (texts(batch.columns(), 0)?, numbers(batch.columns(), 1)?);
            let row = |n: usize| (places.value(n).to_owned(), ordinals.value(n));
            latecomers.extend((0..batch.num_rows()).map(row));
        }
        Ok(latecomers)
    }

    /// Writes some samples that come late to their places, each with the number that its name gets.
    pub(crate) async fn write_late(&self, key: &str, late: &[(i64, i64)]) -> Result<(), EngineError> {
        let ordinals = Int64Array::from_iter_values(late.iter().map(|(ordinal, _)| *ordinal));
        let numbers = Int64Array::from_iter_values(late.iter().map(|(_, number)| *number));
        let batch = RecordBatch::try_new(LATE.clone(), vec![Arc::new(ordinals), Arc::new(numbers)])?;
        self.put(key, &LATE, &[batch]).await
    }

    /// Gives every shard the late samples of `parts` that are its own.
    pub(crate) async fn share_late(&self, parts: &[String], shares: &[Share]) -> Result<(), EngineError> {
        let sorted = self.table(parts, &LATE).await?.sort(vec![col("ordinal").sort(true, false)])?;
        self.share(sorted.execute_stream().await?, &LATE, shares).await
    }

    /// The late samples of a share, with the numbers that their names get.
    pub(crate) async fn late(&self, key: &str) -> Result<Vec<(i64, i64)>, EngineError> {
        let mut late = Vec::new();
        for batch in self.batches(key, None).await? {
            let (ordinal, number) = (numbers(batch.columns(), 0)?, numbers(batch.columns(), 1)?);
            late.extend(ordinal.values().iter().copied().zip(number.values().iter().copied()));
        }
        Ok(late)
    }
}

/// A function of texts that queries can call.
fn function(
    name: &str,
    gives: DataType,
    work: impl Fn(&StringArray) -> ArrayRef + Send + Sync + 'static,
) -> ScalarUDF {
    let work = move |arguments: &[ColumnarValue]| -> QueryResult<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        Ok(ColumnarValue::Array(work(texts(&arrays, 0)?)))
    };
    create_udf(name, vec![DataType::Utf8], gives, Volatility::Immutable, Arc::new(work))
}

/// Rows of places and numbers, from the first to the last.
async fn in_order(rows: DataFrame) -> Result<BoxStream<'static, Numbered>, EngineError> {
    let sorted = rows.sort(vec![col("place").sort(true, false), col("ordinal").sort(true, false)])?;
    let batches = sorted.execute_stream().await?;
    let rows = async |batch: RecordBatch| {
        let (places, numbers) = (texts(batch.columns(), 0)?, numbers(batch.columns(), 1)?);
        let row = |n: usize| Ok((places.value(n).to_owned(), numbers.value(n)));
        Ok(futures::stream::iter((0..batch.num_rows()).map(row).collect::<Vec<_>>()))
    };
    Ok(batches.map_err(EngineError::from).and_then(rows).try_flatten().boxed())
}

#[cfg(test)]
mod tests;
