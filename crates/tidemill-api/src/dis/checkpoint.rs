//! Bodies of the calls on checkpoints.

use serde::{Deserialize, Serialize};

/// Keeps how far an app is on a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitCheckpoint {
    /// The app.
    pub app_name: Option<String>,
    /// `LAST_READ`.
    pub checkpoint_type: Option<String>,
    /// The stream's name; tried first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// The stream's id; used where no stream has the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<String>,
    /// The partition.
    pub partition_id: Option<String>,
    /// Decimal text; stored as given.
    pub sequence_number: Option<String>,
    /// At most 1000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
    /// The member of the app's consumer group that commits, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The generation in which that member got the partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation_id: Option<i64>,
}

/// How far an app is on a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Decimal text; `-1` if nothing was committed.
    pub sequence_number: String,
    /// What was committed with it; may be empty.
    pub metadata: String,
}
