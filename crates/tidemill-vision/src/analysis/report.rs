//! The result of a feature analysis as JSON.

use std::collections::BTreeMap;

use super::columns::{Column, Columns, Sample};
use super::{TaskType, UsageGroup};
use crate::feature::Unit;
use crate::feature::distribution::{Distribution, OUTLIERS_LISTED_MAX, QUANTILES};
use serde::Serialize;

/// Distributions of fewer images say little.
const CONFIDENT_FROM: usize = 1000;

/// The result: `data_analysis` of a version, `result` of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What the samples are labelled with.
    pub task_type: TaskType,
    /// Whether counts are divided by their sum.
    pub is_normed: bool,
    /// By what the samples are used for.
    pub usage: UsageReports,
}

/// One report a group; a group without samples is `{}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UsageReports {
    /// Of all samples, used for something or not.
    pub all: GroupReport,
    /// Of those to train with.
    pub train: GroupReport,
    /// Of those to evaluate with.
    pub eval: GroupReport,
    /// Of those to infer from.
    pub inference: GroupReport,
}

/// The distributions of a group of samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupReport {
    /// Samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_count: Option<usize>,
    /// Boxes on them that count; only of detection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub box_count: Option<usize>,
    /// By the metric's name; one without values is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<BTreeMap<&'static str, MetricReport>>,
}

/// The distribution of a metric in a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricReport {
    /// `image` or `box`: what has one value.
    pub unit: &'static str,
    /// Values.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Their population deviation.
    pub std: f64,
    /// By percent.
    pub quantiles: BTreeMap<u32, f64>,
    /// The borders of the bins, one more than there are bins. They depend on the metric, not on the values.
    pub bins: Vec<f64>,
    /// Values in each bin.
    pub counts: Counts,
    /// Whether the group has fewer than 1000 images.
    pub low_confidence: bool,
    /// Values more than three interquartile ranges away from the quartiles.
    pub outliers: Outliers,
}

/// Values in each bin.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Counts {
    /// How many.
    Absolute(Vec<u64>),
    /// Their share.
    Normed(Vec<f64>),
}

/// Values far away from the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outliers {
    /// How many there are.
    pub count: usize,
    /// The 100 farthest, in the order of their distance.
    pub farthest: Vec<Outlier>,
}

/// A value far away from the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outlier {
    /// Whose it is.
    pub sample_id: String,
    /// The value.
    pub value: f64,
}

/// The result for the samples of `columns`. It does not depend on their order.
pub fn report(columns: &Columns, task_type: TaskType, is_normed: bool) -> Report {
    let group = |group| group_report(columns, task_type, is_normed, group);
    Report {
        task_type,
        is_normed,
        usage: UsageReports {
            all: group(None),
            train: group(Some(UsageGroup::Train)),
            eval: group(Some(UsageGroup::Eval)),
            inference: group(Some(UsageGroup::Inference)),
        },
    }
}

/// `group` of `None` are all samples.
fn group_report(
    columns: &Columns,
    task_type: TaskType,
    is_normed: bool,
    group: Option<UsageGroup>,
) -> GroupReport {
    let belongs = |sample: &Sample| group.is_none() || sample.group == group;
    let members: Vec<bool> = columns.samples.iter().map(belongs).collect();
    let inside = || columns.samples.iter().filter(|sample| belongs(sample));
    let images = inside().count();
    if images == 0 {
        return GroupReport::default();
    }
    let report = |column: &Column| {
        let report = metric_report(column, &columns.samples, &members, images, is_normed)?;
        Some((column.metric.id(), report))
    };
    GroupReport {
        image_count: Some(images),
        box_count: (task_type == TaskType::ObjectDetection)
            .then(|| inside().map(|sample| sample.boxes).sum()),
        metrics: Some(columns.columns.iter().filter_map(report).collect()),
    }
}

fn metric_report(
    column: &Column,
    samples: &[Sample],
    members: &[bool],
    images: usize,
    is_normed: bool,
) -> Option<MetricReport> {
    let of_members =
        || column.values.iter().zip(&column.owners).filter(|(_, owner)| members[**owner as usize]);
    let mut values: Vec<f64> = of_members().map(|(&value, _)| value).collect();
    let found = Distribution::of(&mut values, column.metric.bins())?;
    let (low, high) = found.fences();
    let far = of_members().filter(|(value, _)| **value < low || **value > high);
    let outliers = outliers(far.map(|(&value, &owner)| (value, owner)).collect(), (low, high), samples);
    Some(MetricReport {
        unit: match column.metric.unit() {
            Unit::Image => "image",
            Unit::Box => "box",
        },
        count: found.count,
        min: found.min,
        max: found.max,
        mean: found.mean,
        std: found.std,
        quantiles: QUANTILES.into_iter().zip(found.quantiles).collect(),
        bins: found.histogram.borders,
        counts: counts(found.histogram.counts, is_normed),
        low_confidence: images < CONFIDENT_FROM,
        outliers,
    })
}

fn counts(counts: Vec<u64>, is_normed: bool) -> Counts {
    if !is_normed {
        return Counts::Absolute(counts);
    }
    let sum = counts.iter().sum::<u64>() as f64;
    Counts::Normed(counts.into_iter().map(|count| count as f64 / sum).collect())
}

/// The farthest of all values outside of `fences`; of those as far the ones of the samples with the smaller ids.
fn outliers(mut far: Vec<(f64, u32)>, (low, high): (f64, f64), samples: &[Sample]) -> Outliers {
    let distance = |value: f64| if value < low { low - value } else { value - high };
    let id = |owner: u32| &samples[owner as usize].id;
    far.sort_by(|a, b| {
        let farther = distance(b.0).total_cmp(&distance(a.0));
        farther.then_with(|| id(a.1).cmp(id(b.1))).then_with(|| a.0.total_cmp(&b.0))
    });
    let listed = far.iter().take(OUTLIERS_LISTED_MAX);
    Outliers {
        count: far.len(),
        farthest: listed.map(|&(value, owner)| Outlier { sample_id: id(owner).clone(), value }).collect(),
    }
}
