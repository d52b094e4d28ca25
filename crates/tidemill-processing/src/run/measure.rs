//! Feature analysis: what is measured of each sample, and the result over all of them.

use super::flow::{Flow, Looked, Unit};
use super::record::{Fate, Record};
use super::shard::{ShardSpec, Worker};
use super::unusable::dropped;
use crate::engine::{Held, Measured};
use crate::error::Trouble;
use crate::operator::Reason;
use bytes::Bytes;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::pin;
use tidemill_bucket::Scheme;
use tidemill_vision::analysis::{TaskType, UsageGroup, measured, report};
use tidemill_vision::feature::{Features, Metric, box_features, image_features};
use tidemill_vision::voc::Document;
use tidemill_vision::{DecodeError, DecodeLimits, Rect, decode};

/// What is analysed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    pub(crate) metrics: Vec<Metric>,
    pub(crate) task_type: TaskType,
    /// Counts are given as shares.
    pub(crate) normed: bool,
}

impl Worker {
    /// Measures the samples of a shard.
    pub(crate) async fn measure(&self, spec: &ShardSpec, what: &Measure) -> Result<Vec<Record>, Trouble> {
        let mut records = self.records(&spec.input).await?;
        if what.task_type == TaskType::ObjectDetection {
            let unlabeled = records.iter_mut().filter(|record| record.label_file.is_none());
            unlabeled.for_each(|record| record.fate = Fate::Passed);
        }
        let units = |looked| vec![Unit::decoding(looked)];
        let work = |unit: Unit, held| self.measure_one(unit.looked, held);
        let mut flow = pin!(self.flow(records, Flow::samples(self.ctx.pool.threads()), units, work));
        let (mut records, mut samples) = (Vec::new(), Vec::new());
        while let Some((record, features)) = flow.try_next().await? {
            samples.extend(features.map(|features| of_sample(&record, features)));
            records.push(record);
        }
        let key = values_key(&spec.output());
        self.ctx.engine.write_values(&key, &measured(&what.metrics), &samples).await?;
        Ok(records)
    }

    async fn measure_one(
        &self,
        mut looked: Looked,
        held: Held,
    ) -> Result<(Record, Option<Features>), Trouble> {
        self.slot.progress.add(1);
        if !looked.record.fate.is_output() {
            return Ok((looked.record, None));
        }
        let picture = match looked.unusable.take() {
            Some(why) => Err(why),
            None => self.picture(&looked).await?,
        };
        let picture = match picture {
            Ok(picture) => picture,
            Err(why) => return Ok((dropped(looked.record, &why), None)),
        };
        let label_file = looked.label_file.take();
        let work = move || features(&picture, label_file.as_ref());
        let (features, _held) = self.ctx.pool.run(held, self.cancel(), work).await?;
        let mut record = looked.record;
        match features {
            Ok(features) => Ok((record, Some(features))),
            Err(error) => {
                record.fate = Fate::Dropped;
                record.reasons.push(Reason::undecodable(&error.to_string()));
                Ok((record, None))
            }
        }
    }
}

/// Where the values of a shard are kept, beside the table of what became of it.
fn values_key(table: &str) -> String {
    format!("{}.values.arrow", table.trim_end_matches(".arrow"))
}

fn of_sample(record: &Record, features: Features) -> Measured {
    let group = record.usage.as_deref().and_then(UsageGroup::of_usage);
    Measured { sample_id: super::manifest::sample_id(&record.origin_location()), group, features }
}

/// What is measured of a picture.
fn features(picture: &[u8], label_file: Option<&Bytes>) -> Result<Features, DecodeError> {
    let decoded = decode(picture, &DecodeLimits::default())?;
    let (image, _) = image_features(&decoded.pixels);
    let document = label_file.and_then(|file| Document::parse(file).ok());
    let boxes: Vec<Rect> = document.iter().flat_map(|d| &d.objects).filter_map(|o| o.rect()).collect();
    Ok(Features { image, boxes: box_features(&decoded.pixels, &boxes) })
}

/// The result of the analysis of some tables.
pub(crate) async fn summarise(worker: &Worker, what: &Measure, tables: &[String]) -> Result<Value, Trouble> {
    let values: Vec<String> = tables.iter().map(|table| values_key(table)).collect();
    let found = worker.unless_stopped(worker.ctx.engine.distributions(&values)).await?;
    let damaged = |e: serde_json::Error| Trouble::Failed(e.to_string());
    let result = report(found, &what.metrics, what.task_type, what.normed);
    let mut result = serde_json::to_value(&result).map_err(damaged)?;
    let left_out = LeftOut::of(worker, tables).await?;
    if left_out.count > 0 {
        result[LEFT_OUT] = serde_json::to_value(&left_out).map_err(damaged)?;
    }
    Ok(result)
}

/// Where a result tells of samples that could not be measured.
const LEFT_OUT: &str = "left_out";

/// The most samples that are told one by one.
const LISTED_MAX: usize = 100;

/// The samples that could not be measured.
#[derive(Debug, Default, Serialize, Deserialize)]
struct LeftOut {
    count: u64,
    /// How many for each reason.
    reasons: BTreeMap<String, u64>,
    /// The first of them.
    samples: Vec<LeftOutSample>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LeftOutSample {
    sample_id: String,
    source: String,
    reason: String,
}

impl LeftOut {
    async fn of(worker: &Worker, tables: &[String]) -> Result<Self, Trouble> {
        let mut left_out = Self::default();
        let counts = worker.unless_stopped(worker.ctx.engine.count_rows(tables)).await?;
        for (table, counts) in tables.iter().zip(counts) {
            if counts.of(Fate::Dropped.property()) > 0 {
                worker.records(table).await?.iter().for_each(|record| left_out.add(record));
            }
        }
        Ok(left_out)
    }

    fn add(&mut self, record: &Record) {
        let Some(why) = record.reasons.last().filter(|_| record.fate == Fate::Dropped) else { return };
        self.count += 1;
        *self.reasons.entry(why.code.clone()).or_default() += 1;
        if self.samples.len() < LISTED_MAX {
            let place = record.origin_location();
            self.samples.push(LeftOutSample {
                sample_id: super::manifest::sample_id(&place),
                source: place.written(Scheme::S3),
                reason: why.english.clone(),
            });
        }
    }
}

/// What a result tells of samples that could not be measured, in one line; `None` if all were.
pub(crate) fn left_out(result: &str) -> Option<String> {
    let mut result: Value = serde_json::from_str(result).ok()?;
    let left_out: LeftOut = serde_json::from_value(result.get_mut(LEFT_OUT)?.take()).ok()?;
    let reasons: Vec<String> =
        left_out.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    Some(format!("{} pictures could not be measured: {}", left_out.count, reasons.join(", ")))
}
