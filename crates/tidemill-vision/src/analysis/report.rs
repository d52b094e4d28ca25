//! The result of a feature analysis as JSON.

use super::{TaskType, UsageGroup};
use crate::feature::distribution::{Distribution, Outliers, QUANTILES};
use crate::feature::{Metric, Unit};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Distributions of fewer images say little.
const CONFIDENT_FROM: u64 = 1000;

/// The metric of which every sample has a value, whatever is asked for: it counts images and boxes.
const COUNTING: Metric = Metric::BoxNumber;

/// The distributions of metrics in groups of samples; the group `None` are all samples. One without values is left
/// out.
pub type Distributions = BTreeMap<(Option<UsageGroup>, Metric), Distribution>;

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
    pub image_count: Option<u64>,
    /// Boxes on them that count; only of detection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub box_count: Option<u64>,
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
    pub count: u64,
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

/// What has to be measured for a report of these metrics.
pub fn measured(metrics: &[Metric]) -> BTreeSet<Metric> {
    metrics.iter().copied().chain([COUNTING]).collect()
}

/// The result for `metrics`, of the distributions of what is [`measured`] for them.
pub fn report(mut found: Distributions, metrics: &[Metric], task_type: TaskType, is_normed: bool) -> Report {
    let mut group = |group| group_report(&mut found, metrics, task_type, is_normed, group);
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

fn group_report(
    found: &mut Distributions,
    metrics: &[Metric],
    task_type: TaskType,
    is_normed: bool,
    group: Option<UsageGroup>,
) -> GroupReport {
    let Some(counting) = found.get(&(group, COUNTING)).map(|found| found.summary) else {
        return GroupReport::default();
    };
    let images = counting.count;
    let report = |&metric: &Metric| {
        let found = found.remove(&(group, metric))?;
        Some((metric.id(), metric_report(metric, found, images, is_normed)))
    };
    GroupReport {
        image_count: Some(images),
        box_count: (task_type == TaskType::ObjectDetection).then_some(counting.sum as u64),
        metrics: Some(metrics.iter().filter_map(report).collect()),
    }
}

fn metric_report(metric: Metric, found: Distribution, images: u64, is_normed: bool) -> MetricReport {
    let Distribution { summary, std, histogram, outliers } = found;
    MetricReport {
        unit: match metric.unit() {
            Unit::Image => "image",
            Unit::Box => "box",
        },
        count: summary.count,
        min: summary.min,
        max: summary.max,
        mean: summary.mean,
        std,
        quantiles: QUANTILES.into_iter().zip(summary.quantiles).collect(),
        bins: histogram.borders,
        counts: counts(histogram.counts, is_normed),
        low_confidence: images < CONFIDENT_FROM,
        outliers,
    }
}

fn counts(counts: Vec<u64>, is_normed: bool) -> Counts {
    if !is_normed {
        return Counts::Absolute(counts);
    }
    let sum = counts.iter().sum::<u64>() as f64;
    Counts::Normed(counts.into_iter().map(|count| count as f64 / sum).collect())
}
