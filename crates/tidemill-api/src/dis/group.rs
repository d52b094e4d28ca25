//! Bodies of the calls of consumer group members. Their names are camelCase, unlike all others.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Joins a group, or joins it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinGroup {
    /// The project; the path decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The app; the path decides.
    pub group_id: Option<String>,
    /// The member.
    pub client_id: Option<String>,
    /// Streams by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interested_stream: Option<Vec<String>>,
    /// Streams by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interested_stream_id_list: Option<Vec<String>>,
    /// A regular expression over whole stream names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_pattern: Option<String>,
    /// Whether rebalances shall wait a second at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerate_assign_enabled: Option<bool>,
    /// How long a rebalance may wait for other members, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebalance_timeout_ms: Option<i64>,
}

/// What became of a join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinGroupResult {
    /// `OK`, `ERR_SUBSCRIPTION` or `GROUP_NOT_EXIST`.
    pub state: String,
    /// The streams that a pattern subscribed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Vec<String>>,
    /// How long the client waits before it asks for its partitions; it fails without a number here.
    pub sync_delayed_time_ms: i64,
}

/// A heartbeat, or the request for the partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberRequest {
    /// The project; the path decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The app; the path decides.
    pub group_id: Option<String>,
    /// The member; the path decides.
    pub client_id: Option<String>,
    /// The generation it was told last; -1 before the first.
    pub generation: Option<i64>,
}

/// A member's partitions, if they are shared out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncGroupResult {
    /// `OK`, `WAITING`, `REJOIN` or `GROUP_NOT_EXIST`.
    pub state: String,
    /// With `OK`: what heartbeats and commits name from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// With `OK`: partition indexes by stream name, or by id if the stream was subscribed by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<BTreeMap<String, Vec<u32>>>,
}

/// The answer to a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeartbeatResult {
    /// `JOINING`, `SYNCING`, `STABLE` or `GROUP_NOT_EXIST`.
    pub state: String,
}
