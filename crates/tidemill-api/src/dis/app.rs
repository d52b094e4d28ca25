//! Bodies of the calls on apps.

use serde::{Deserialize, Serialize};

/// Asks for a new app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateApp {
    /// 1 to 200 of `[A-Za-z0-9_-]`.
    pub app_name: Option<String>,
}

/// One app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its name.
    pub app_name: String,
    /// Its id.
    pub app_id: String,
    /// In ms since the epoch.
    pub create_time: i64,
    /// Existing streams on which it has a checkpoint.
    pub commit_checkpoint_stream_names: Vec<String>,
}

/// One page of a project's apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppList {
    /// All apps that fit the query.
    pub total_number: i64,
    /// Whether another page follows.
    pub has_more_app: bool,
    /// Names ascend.
    pub apps: Vec<App>,
}

/// How far an app is on a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerState {
    /// Whether another page follows.
    pub has_more: bool,
    /// The stream's name.
    pub stream_name: String,
    /// The app's name.
    pub app_name: String,
    /// One entry a readable partition.
    pub partition_consuming_states: Vec<ConsumingState>,
}

/// How far an app is on a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumingState {
    /// `shardId-` and ten digits.
    pub partition_id: String,
    /// The committed value, or `-1`.
    pub sequence_number: String,
    /// What was committed with it.
    pub metadata: String,
    /// The number the next record will get.
    pub latest_offset: u64,
    /// The number of the first record kept.
    pub earliest_offset: u64,
    /// Always `LAST_READ`.
    pub checkpoint_type: String,
    /// State of the partition.
    pub status: String,
}
