//! The values of every sample.

use crate::feature::{Features, Metric};

/// What a sample is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageGroup {
    /// To train.
    Train,
    /// To evaluate.
    Eval,
    /// To infer from.
    Inference,
}

impl UsageGroup {
    /// The group of a usage as manifests write it, in any case; `TEST` has none.
    pub fn of_usage(usage: &str) -> Option<Self> {
        match usage.to_ascii_lowercase().as_str() {
            "train" => Some(Self::Train),
            "eval" => Some(Self::Eval),
            "inference" => Some(Self::Inference),
            _ => None,
        }
    }
}

/// One column a metric, and whose values they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    pub(super) samples: Vec<Sample>,
    pub(super) columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) id: String,
    pub(super) group: Option<UsageGroup>,
    pub(super) boxes: usize,
}

/// The values of a metric, sample by sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) metric: Metric,
    pub(super) values: Vec<f64>,
    /// For each value the number of its sample.
    pub(super) owners: Vec<u32>,
}

impl Columns {
    /// Without samples yet.
    pub fn new(metrics: &[Metric]) -> Self {
        let column = |&metric: &Metric| Column { metric, values: vec![], owners: vec![] };
        Self { samples: vec![], columns: metrics.iter().map(column).collect() }
    }

    /// Samples so far.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there is no sample yet.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Adds a sample. In a detection dataset only labelled samples count: leave the others out.
    pub fn push(&mut self, id: &str, group: Option<UsageGroup>, features: &Features) {
        let owner = self.samples.len() as u32;
        self.samples.push(Sample { id: id.to_owned(), group, boxes: features.boxes.len() });
        for column in &mut self.columns {
            features.extend(column.metric, &mut column.values);
            column.owners.resize(column.values.len(), owner);
        }
    }

    /// Adds the samples of another part, which has the same metrics.
    pub fn append(&mut self, part: Self) {
        let before = self.samples.len() as u32;
        self.samples.extend(part.samples);
        for (column, more) in self.columns.iter_mut().zip(part.columns) {
            column.values.extend(more.values);
            column.owners.extend(more.owners.iter().map(|owner| owner + before));
        }
    }
}
