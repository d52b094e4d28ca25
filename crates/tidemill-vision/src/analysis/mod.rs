//! Feature analysis: what is measured of which samples, and from the distributions to the result as it is documented.

mod report;
mod usage_group;

pub use report::{Counts, Distributions, GroupReport, MetricReport, Report, UsageReports, measured, report};
pub use usage_group::UsageGroup;

use crate::feature::Metric;
use serde::{Deserialize, Serialize};

/// What the samples are labelled with, which says what can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// The metrics of images, on all samples.
    ImageClassification,
    /// All metrics, on labelled samples only.
    ObjectDetection,
}

/// A name in `op_list` that says nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("op_list: {value:?} is no metric of this dataset type; allowed are {allowed}")]
pub struct UnknownMetric {
    /// What was asked for.
    pub value: String,
    /// What may be asked for.
    pub allowed: String,
}

impl TaskType {
    /// What applies.
    pub fn metrics(self) -> &'static [Metric] {
        match self {
            Self::ImageClassification => &Metric::ALL[..Metric::OF_IMAGES],
            Self::ObjectDetection => &Metric::ALL,
        }
    }

    /// The metrics of an `op_list`, in the order of their numbers; an empty list asks for all that apply.
    pub fn chosen<S: AsRef<str>>(self, op_list: &[S]) -> Result<Vec<Metric>, UnknownMetric> {
        let applies = self.metrics();
        for id in op_list.iter().map(AsRef::as_ref) {
            if !Metric::of_id(id).is_some_and(|metric| applies.contains(&metric)) {
                let allowed: Vec<_> = applies.iter().map(|metric| metric.id()).collect();
                return Err(UnknownMetric { value: id.to_owned(), allowed: allowed.join(", ") });
            }
        }
        let wanted =
            |metric: &Metric| op_list.is_empty() || op_list.iter().any(|id| id.as_ref() == metric.id());
        Ok(applies.iter().copied().filter(wanted).collect())
    }
}
