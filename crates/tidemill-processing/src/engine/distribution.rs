//! How measured values are distributed: a query counts them by bins, and for each metric queries sort them, with files
//! for what is more than their memory. What comes sorted is taken one value after the other, so that sums are the same
//! however the values were cut into tables.

use super::row::{numbers, texts};
use super::values::{floats, groups, metric, metric_number};
use super::{Engine, EngineError};
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::prelude::{col, lit};
use futures::TryStreamExt;
use std::collections::BTreeMap;
use tidemill_vision::analysis::{Distributions, UsageGroup};
use tidemill_vision::feature::Metric;
use tidemill_vision::feature::distribution::{
    Distribution, Far, Histogram, Ordered, Outliers, Spread, Summary,
};

/// Something for each group of samples; the group `None` are all of them.
type Groups<T> = BTreeMap<Option<UsageGroup>, T>;

/// How many values lie in the bins of each number.
type Bins = BTreeMap<i64, u64>;

impl Engine {
    /// The distributions of the values in tables: of every metric, in every group. What has no values is left out.
    pub(crate) async fn distributions(&self, tables: &[String]) -> Result<Distributions, EngineError> {
        if tables.is_empty() {
            return Ok(Distributions::new());
        }
        let (values, mut found) = (self.values(tables).await?, Distributions::new());
        for (metric, mut bins) in count_bins(&values).await? {
            let of_metric = values.clone().filter(col("metric").eq(lit(metric_number(metric))))?;
            let summaries = summaries(&of_metric, &bins).await?;
            for (group, (summary, std, outliers)) in deviations(&of_metric, summaries).await? {
                let counts = bins.remove(&group).unwrap_or_default();
                let histogram = Histogram::of(metric.bins(), &counts);
                found.insert((group, metric), Distribution { summary, std, histogram, outliers });
            }
        }
        Ok(found)
    }
}

/// How many values of each metric lie in each bin.
async fn count_bins(values: &DataFrame) -> Result<BTreeMap<Metric, Groups<Bins>>, EngineError> {
    let by = vec![col("metric"), col("usage"), col("bin")];
    let counted = values.clone().aggregate(by, vec![count(col("value"))])?;
    let mut found = BTreeMap::<Metric, Groups<Bins>>::new();
    for batch in counted.collect().await? {
        let (metrics, usages) = (numbers(&batch, 0)?, numbers(&batch, 1)?);
        let (bins, counts) = (numbers(&batch, 2)?, numbers(&batch, 3)?);
        for n in 0..batch.num_rows() {
            let of_metric = found.entry(metric(metrics.value(n))?).or_default();
            for group in groups(usages.value(n)) {
                let count = of_metric.entry(group).or_default().entry(bins.value(n)).or_default();
                *count += counts.value(n).unsigned_abs();
            }
        }
    }
    Ok(found)
}

/// What the values of a metric tell, taken once.
async fn summaries(values: &DataFrame, bins: &Groups<Bins>) -> Result<Groups<Summary>, EngineError> {
    let begun = bins.iter().map(|(group, counts)| (*group, Ordered::new(counts.values().sum())));
    let mut ordered: Groups<Ordered> = begun.collect();
    let mut batches = sorted(values, &["usage", "value"]).await?;
    while let Some(batch) = batches.try_next().await? {
        let (usages, values) = (numbers(&batch, 0)?, floats(&batch, 1)?);
        for n in 0..batch.num_rows() {
            for group in groups(usages.value(n)) {
                ordered.entry(group).and_modify(|of| of.push(values.value(n)));
            }
        }
    }
    let damaged = || EngineError::Damaged("values came or went while they were counted".to_owned());
    ordered.into_iter().map(|(group, of)| Ok((group, of.finish().ok_or_else(damaged)?))).collect()
}

/// What the values of a metric tell, taken once more: their deviation, and which are far from the others.
async fn deviations(
    values: &DataFrame,
    summaries: Groups<Summary>,
) -> Result<Groups<(Summary, f64, Outliers)>, EngineError> {
    let begun = summaries.into_iter().map(|(group, of)| (group, (of, Spread::new(&of), Far::new(&of))));
    let mut taken: Groups<(Summary, Spread, Far)> = begun.collect();
    let mut batches = sorted(values, &["usage", "value", "sample_id"]).await?;
    while let Some(batch) = batches.try_next().await? {
        let (usages, values, ids) = (numbers(&batch, 0)?, floats(&batch, 1)?, texts(&batch, 2)?);
        for n in 0..batch.num_rows() {
            for group in groups(usages.value(n)) {
                if let Some((_, spread, far)) = taken.get_mut(&group) {
                    spread.push(values.value(n));
                    far.look(values.value(n), ids.value(n));
                }
            }
        }
    }
    let ended = taken.into_iter().map(|(group, (of, spread, far))| (group, (of, spread.std(), far.finish())));
    Ok(ended.collect())
}

/// Columns of values, from the smallest value to the largest.
async fn sorted(values: &DataFrame, columns: &[&str]) -> Result<SendableRecordBatchStream, EngineError> {
    let sorted = values.clone().select_columns(columns)?.sort(vec![col("value").sort(true, false)])?;
    Ok(sorted.execute_stream().await?)
}

#[cfg(test)]
mod tests;
