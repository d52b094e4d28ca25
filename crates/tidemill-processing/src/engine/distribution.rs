//! How measured values are distributed: one query counts them by bins, and two sort all of them, with files for what is
//! more than their memory. What comes sorted is taken one value after the other, so that sums are the same however the
//! values were cut into tables. All metrics are taken at once: tables are many and small, and opening them is what
//! costs.

use super::column::{numbers, reals, texts};
use super::values::{groups, metric};
use super::{Engine, EngineError};
use datafusion::arrow::array::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::prelude::col;
use futures::TryStreamExt;
use std::collections::BTreeMap;
use tidemill_vision::analysis::{Distributions, UsageGroup};
use tidemill_vision::feature::Metric;
use tidemill_vision::feature::distribution::{Distribution, Far, Histogram, Ordered, Spread, Summary};

/// Something for each metric of each group of samples; the group `None` are all of them.
type Series<T> = BTreeMap<(Option<UsageGroup>, Metric), T>;

/// How many values lie in the bins of each number.
type Bins = BTreeMap<i64, u64>;

impl Engine {
    /// The distributions of the values in tables: of every metric, in every group. What has no values is left out.
    pub(crate) async fn distributions(&self, tables: &[String]) -> Result<Distributions, EngineError> {
        let values = self.values(tables).await?;
        let mut bins = count_bins(&values).await?;
        let summaries = summaries(&values, &bins).await?;
        let deviations = deviations(&values, &summaries).await?;
        let ended = summaries.into_iter().zip(deviations).map(|((series, summary), (_, (spread, far)))| {
            let histogram = Histogram::of(series.1.bins(), &bins.remove(&series).unwrap_or_default());
            (series, Distribution { summary, std: spread.std(), histogram, outliers: far.finish() })
        });
        Ok(ended.collect())
    }
}

/// How many values of each metric lie in each bin.
async fn count_bins(values: &DataFrame) -> Result<Series<Bins>, EngineError> {
    let by = vec![col("metric"), col("usage"), col("bin")];
    let counted = values.clone().aggregate(by, vec![count(col("value"))])?;
    let mut found = Series::<Bins>::new();
    for batch in counted.collect().await? {
        let (bins, counts) = (numbers(batch.columns(), 2)?, numbers(batch.columns(), 3)?);
        for_each(&batch, |series, n| {
            *found.entry(series).or_default().entry(bins.value(n)).or_default() +=
                counts.value(n).unsigned_abs();
        })?;
    }
    Ok(found)
}

/// What the values tell, taken once.
async fn summaries(values: &DataFrame, bins: &Series<Bins>) -> Result<Series<Summary>, EngineError> {
    let begun = bins.iter().map(|(series, counts)| (*series, Ordered::new(counts.values().sum())));
    let mut ordered: Series<Ordered> = begun.collect();
    let mut batches = sorted(values, &["metric", "usage", "value"]).await?;
    while let Some(batch) = batches.try_next().await? {
        let values = reals(batch.columns(), 2)?;
        for_each(&batch, |series, n| {
            ordered.entry(series).and_modify(|of| of.push(values.value(n)));
        })?;
    }
    let damaged = || EngineError::Damaged("values came or went while they were counted".to_owned());
    ordered.into_iter().map(|(series, of)| Ok((series, of.finish().ok_or_else(damaged)?))).collect()
}

/// What the values tell, taken once more: their deviations, and which are far from the others.
async fn deviations(
    values: &DataFrame,
    summaries: &Series<Summary>,
) -> Result<Series<(Spread, Far)>, EngineError> {
    let begun = summaries.iter().map(|(series, of)| (*series, (Spread::new(of), Far::new(of))));
    let mut taken: Series<(Spread, Far)> = begun.collect();
    let mut batches = sorted(values, &["metric", "usage", "value", "sample_id"]).await?;
    while let Some(batch) = batches.try_next().await? {
        let (values, ids) = (reals(batch.columns(), 2)?, texts(batch.columns(), 3)?);
        for_each(&batch, |series, n| {
            if let Some((spread, far)) = taken.get_mut(&series) {
                spread.push(values.value(n));
                far.look(values.value(n), ids.value(n));
            }
        })?;
    }
    Ok(taken)
}

/// Calls `take` with every series that a row of a batch belongs to, and the row's number; the batch begins with the
/// columns `metric` and `usage`.
fn for_each(
    batch: &RecordBatch,
    mut take: impl FnMut((Option<UsageGroup>, Metric), usize),
) -> Result<(), EngineError> {
    let (metrics, usages) = (numbers(batch.columns(), 0)?, numbers(batch.columns(), 1)?);
    for n in 0..batch.num_rows() {
        let metric = metric(metrics.value(n))?;
        groups(usages.value(n)).for_each(|group| take((group, metric), n));
    }
    Ok(())
}

/// Columns of values, from the smallest value to the largest.
async fn sorted(values: &DataFrame, columns: &[&str]) -> Result<SendableRecordBatchStream, EngineError> {
    let sorted = values.clone().select_columns(columns)?.sort(vec![col("value").sort(true, false)])?;
    Ok(sorted.execute_stream().await?)
}

#[cfg(test)]
mod tests;
