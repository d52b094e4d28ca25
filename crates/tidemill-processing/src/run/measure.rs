//! Feature analysis: what is measured of each sample, and the result over all of them.

use super::flow::{Flow, Looked, Unit};
use super::record::{Fate, Record};
use super::shard::{ShardSpec, Worker, dropped};
use crate::engine::Held;
use crate::error::Trouble;
use bytes::Bytes;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidemill_vision::analysis::{Columns, TaskType, UsageGroup, report};
use tidemill_vision::feature::{BoxFeatures, Features, ImageFeatures, Metric, box_features, image_features};
use tidemill_vision::voc::Document;
use tidemill_vision::{DecodeLimits, Rect, decode};

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
        if measured.is_none() {
            looked.record.fate = Fate::Dropped;
        }
        looked.record.measured = measured;
        Ok(looked.record)
    }
}

/// What is measured of a picture; `None` if it cannot be decoded.
fn measured(picture: &[u8], label_file: Option<&Bytes>) -> Option<Measured> {
    let decoded = decode(picture, &DecodeLimits::default()).ok()?;
    let (image, luma) = image_features(&decoded.pixels);
    let document = label_file.and_then(|file| Document::parse(file).ok());
    let boxes: Vec<Rect> = document.iter().flat_map(|d| &d.objects).filter_map(|o| o.rect()).collect();
    Some(Measured::of(&Features { image, boxes: box_features(&luma, &boxes) }))
}

/// The result of the analysis of some tables.
pub(crate) async fn summarise(worker: &Worker, what: &Measure, tables: &[String]) -> Result<Value, Trouble> {
    let mut columns = Columns::new(&what.metrics);
    for table in tables {
        for record in worker.records(table).await? {
            let Some(measured) = &record.measured else { continue };
            let group = record.usage.as_deref().and_then(UsageGroup::of_usage);
            let id = super::manifest::sample_id(&record.origin_location());
            columns.push(&id, group, &measured.features());
        }
    }
    let result = report(&columns, what.task_type, what.normed);
    serde_json::to_value(&result).map_err(|e| Trouble::Failed(e.to_string()))
}
