//! The answer of the call on monitoring data.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Numbers over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetMetrics {
    /// For each series the numbers by ms since the epoch.
    pub metrics: BTreeMap<String, BTreeMap<i64, u64>>,
}
