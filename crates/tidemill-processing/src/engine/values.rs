//! Tables of what was measured: one row for each value of a metric, of an image or of one of its boxes.

use super::{Engine, EngineError};
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::dataframe::DataFrame;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use tidemill_vision::analysis::UsageGroup;
use tidemill_vision::feature::{Features, Metric};

/// What was measured of one sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    /// Its id in results.
    pub(crate) sample_id: String,
    /// What it is used for.
    pub(crate) group: Option<UsageGroup>,
    /// Its metrics.
    pub(crate) features: Features,
}

/// Rows that are read at once, so that a query can put some of a large table into files.
const BATCH: usize = 8192;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        // The place among all metrics.
        Field::new("metric", DataType::Int64, false),
        // The place among all groups; -1 for none.
        Field::new("usage", DataType::Int64, false),
        Field::new("sample_id", DataType::Utf8, false),
        Field::new("value", DataType::Float64, false),
        // The number of the value's bin.
        Field::new("bin", DataType::Int64, false),
    ]))
});

impl Engine {
    /// Writes the values that samples have of some metrics as one table.
    pub(crate) async fn write_values(
        &self,
        key: &str,
        metrics: &BTreeSet<Metric>,
        samples: &[Measured],
    ) -> Result<(), EngineError> {
        let rows = to_batch(metrics, samples)?;
        let part = |first: usize| rows.slice(first, BATCH.min(rows.num_rows() - first));
        let batches: Vec<_> = (0..rows.num_rows()).step_by(BATCH).map(part).collect();
        self.put(key, &SCHEMA, &batches).await
    }

    /// All values of some tables.
    pub(super) async fn values(&self, tables: &[String]) -> Result<DataFrame, EngineError> {
        self.table(tables, &SCHEMA).await
    }
}

fn to_batch(metrics: &BTreeSet<Metric>, samples: &[Measured]) -> Result<RecordBatch, EngineError> {
    let (mut values, mut owners, mut of) = (Vec::new(), Vec::new(), Vec::new());
    for metric in metrics {
        for sample in samples {
            sample.features.extend(*metric, &mut values);
            owners.resize(values.len(), sample);
        }
        of.resize(values.len(), *metric);
    }
    let bins = of.iter().zip(&values).map(|(metric, value)| metric.bins().number(*value));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(of.iter().map(|metric| metric_number(*metric)))),
        Arc::new(Int64Array::from_iter_values(owners.iter().map(|sample| usage_number(sample.group)))),
        Arc::new(StringArray::from_iter_values(owners.iter().map(|sample| &sample.sample_id))),
        Arc::new(Float64Array::from_iter_values(values.iter().copied())),
        Arc::new(Int64Array::from_iter_values(bins)),
    ];
    Ok(RecordBatch::try_new(SCHEMA.clone(), columns)?)
}

/// How tables name a metric.
fn metric_number(metric: Metric) -> i64 {
    metric as i64
}

/// The metric of a number in a table.
pub(super) fn metric(number: i64) -> Result<Metric, EngineError> {
    let metric = usize::try_from(number).ok().and_then(|number| Metric::ALL.get(number));
    metric.copied().ok_or_else(|| EngineError::Damaged(format!("there is no metric {number}")))
}

/// How tables name what a sample is used for.
fn usage_number(group: Option<UsageGroup>) -> i64 {
    group.map_or(-1, |group| group as i64)
}

/// The groups that a sample belongs to by its number in a table; all samples are the group `None`.
pub(super) fn groups(number: i64) -> impl Iterator<Item = Option<UsageGroup>> {
    let group = usize::try_from(number).ok().and_then(|number| UsageGroup::ALL.get(number));
    [None].into_iter().chain(group.map(|group| Some(*group)))
}
