//! Feature analysis: what is measured of each sample, and the result over all of them.

use super::flow::{Flow, Looked, Unit};
use super::record::{Fate, Record};
use super::shard::{ShardSpec, Worker, dropped};
use crate::engine::Held;
use crate::error::Trouble;
use crate::operator::Reason;
use bytes::Bytes;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tidemill_bucket::Scheme;
use tidemill_vision::analysis::{Columns, TaskType, UsageGroup, report};
use tidemill_vision::feature::{BoxFeatures, Features, ImageFeatures, Metric, box_features, image_features};
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

/// The metrics of one sample as a row keeps them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    image: [f64; 6],
    boxes: Vec<[f64; 6]>,
}

impl Measured {
    fn of(features: &Features) -> Self {
        let i = &features.image;
        let image = [i.resolution, i.aspect_ratio, i.brightness, i.saturation, i.blur_score, i.colorfulness];
        let numbers = |b: &BoxFeatures| {
            [b.aspect_ratio, b.area_ratio, b.marginalization, b.overlap, b.brightness, b.blur_score]
        };
        Self { image, boxes: features.boxes.iter().map(numbers).collect() }
    }

    fn features(&self) -> Features {
        let [resolution, aspect_ratio, brightness, saturation, blur_score, colorfulness] = self.image;
        let image =
            ImageFeatures { resolution, aspect_ratio, brightness, saturation, blur_score, colorfulness };
        let of_box = |numbers: &[f64; 6]| {
            let [aspect_ratio, area_ratio, marginalization, overlap, brightness, blur_score] = *numbers;
            BoxFeatures { aspect_ratio, area_ratio, marginalization, overlap, brightness, blur_score }
        };
        Features { image, boxes: self.boxes.iter().map(of_box).collect() }
    }
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
        self.flow(records, Flow::samples(self.ctx.pool.threads()), units, work).try_collect().await
    }

    async fn measure_one(&self, mut looked: Looked, held: Held) -> Result<Record, Trouble> {
        self.slot.progress.add(1);
        if !looked.record.fate.is_output() {
            return Ok(looked.record);
        }
        let picture = match looked.unusable.take() {
            Some(why) => Err(why),
            None => self.picture(&looked).await?,
        };
        let picture = match picture {
            Ok(picture) => picture,
            Err(why) => return Ok(dropped(looked.record, &why)),
        };
        let label_file = looked.label_file.take();
        let work = move || measured(&picture, label_file.as_ref());
        let (measured, _held) = self.ctx.pool.run(held, self.cancel(), work).await?;
        let record = &mut looked.record;
        match measured {
            Ok(measured) => record.measured = Some(measured),
            Err(error) => {
                record.fate = Fate::Dropped;
                record.reasons.push(Reason::undecodable(&error.to_string()));
            }
        }
        Ok(looked.record)
    }
}

/// What is measured of a picture.
fn measured(picture: &[u8], label_file: Option<&Bytes>) -> Result<Measured, DecodeError> {
    let decoded = decode(picture, &DecodeLimits::default())?;
    let (image, luma) = image_features(&decoded.pixels);
    let document = label_file.and_then(|file| Document::parse(file).ok());
    let boxes: Vec<Rect> = document.iter().flat_map(|d| &d.objects).filter_map(|o| o.rect()).collect();
    Ok(Measured::of(&Features { image, boxes: box_features(&luma, &boxes) }))
}

/// The result of the analysis of some tables.
pub(crate) async fn summarise(worker: &Worker, what: &Measure, tables: &[String]) -> Result<Value, Trouble> {
    let (mut columns, mut left_out) = (Columns::new(&what.metrics), LeftOut::default());
    for table in tables {
        for record in worker.records(table).await? {
            left_out.add(&record);
            let Some(measured) = &record.measured else { continue };
            let group = record.usage.as_deref().and_then(UsageGroup::of_usage);
            let id = super::manifest::sample_id(&record.origin_location());
            columns.push(&id, group, &measured.features());
        }
    }
    let damaged = |e: serde_json::Error| Trouble::Failed(e.to_string());
    // Many samples take seconds to sort.
    let held = worker.ctx.pool.reserve(0, worker.cancel()).await?;
    let (task_type, normed) = (what.task_type, what.normed);
    let work = move || serde_json::to_value(report(&columns, task_type, normed));
    let (result, _held) = worker.ctx.pool.run(held, worker.cancel(), work).await?;
    let mut result = result.map_err(damaged)?;
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
