//! Questions about the samples of a run.

use super::column::numbers;
use super::row::SCHEMA;
use super::{Engine, EngineError, ROOT};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::dataframe::DataFrame;
use datafusion::execution::options::ArrowReadOptions;
use datafusion::functions_aggregate::expr_fn::{count, min};
use datafusion::logical_expr::when;
use datafusion::prelude::{col, lit};
use std::collections::BTreeMap;

impl Engine {
    /// How many origins there are of each property, however many rows each has: 0 if any row leaves the origin
    /// as it was, else 1 if any is changed, else 2. Rows of one origin have the same ordinal divided by
    /// `rows_max`; those of none are left out.
    pub(crate) async fn count_origins(
        &self,
        tables: &[String],
        rows_max: i64,
    ) -> Result<BTreeMap<i64, i64>, EngineError> {
        let is = |property: i64| col("property").eq(lit(property));
        let of_origin = when(is(2), lit(2i64)).when(is(1), lit(1i64)).otherwise(lit(0i64))?;
        let origin = (col("ordinal") / lit(rows_max)).alias("ordinal");
        let rows = self.table(tables, &SCHEMA).await?.filter(col("origin").not_eq(lit("")))?;
        let rows = rows.select(vec![origin, of_origin.alias("fate")])?;
        let origins = rows.aggregate(vec![col("ordinal")], vec![min(col("fate")).alias("fate")])?;
        count_by(origins, "fate").await
    }

    /// The rows of some tables; none of no tables.
    pub(super) async fn table(
        &self,
        tables: &[String],
        schema: &SchemaRef,
    ) -> Result<DataFrame, EngineError> {
        if tables.is_empty() {
            return Ok(self.session.read_batch(RecordBatch::new_empty(schema.clone()))?);
        }
        let urls: Vec<String> = tables.iter().map(|key| format!("{ROOT}/{key}")).collect();
        let options = ArrowReadOptions { schema: Some(schema), ..ArrowReadOptions::default() };
        Ok(self.session.read_arrow(urls, options).await?)
    }
}

/// How many rows there are of each number in a column.
async fn count_by(rows: DataFrame, column: &str) -> Result<BTreeMap<i64, i64>, EngineError> {
    let counted = rows.aggregate(vec![col(column)], vec![count(col("ordinal"))])?;
    let mut counts = BTreeMap::new();
    for batch in counted.collect().await? {
        let (value, number) = (numbers(batch.columns(), 0)?, numbers(batch.columns(), 1)?);
        counts.extend((0..batch.num_rows()).map(|n| (value.value(n), number.value(n))));
    }
    Ok(counts)
}
