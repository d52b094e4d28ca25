//! What passed through a stream, minute by minute.

use serde::{Deserialize, Serialize};

/// One minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPoint {
    /// Its start, in seconds since the epoch.
    pub timestamp: i64,
    /// The sum over the minute, or a mean in ms.
    pub value: i64,
}

/// The points of one label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    /// What is counted, as it was asked for.
    pub label: String,
    /// Minutes ascend.
    #[serde(rename = "dataPoints")]
    pub data_points_java: Vec<DataPoint>,
    /// The same again: another client reads this name.
    pub data_points: Vec<DataPoint>,
}

/// Answer of both metrics calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricsResult {
    /// The label, or the first of a list.
    pub metrics: Metrics,
    /// All labels, if a list was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub metrics_list: Option<Vec<Metrics>>,
}
