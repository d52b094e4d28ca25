//! Bodies of the calls on subscriptions, an addition of this server to the published API.

use serde::{Deserialize, Serialize};

/// Asks for a subscription, or replaces one. Either `webhook` or `target_stream` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutSubscription {
    /// 1 to 64 of `[A-Za-z0-9_-]`, the first a letter or digit. Ignored when one is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether anything is sent; default no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Only events of this stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// Only these of `Management`, `Monitoring`, `Security`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<String>>,
    /// Only these of `Normal`, `Warning`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<Vec<String>>,
    /// Only these of `Stream`, `Dump task`, `User`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
    /// A URL that takes signed messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// A stream of the project that takes them as records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_stream: Option<String>,
}

/// A subscription as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub subscription_id: String,
    /// When it was made, in ms since the epoch.
    pub create_time: i64,
    /// What was asked for.
    #[serde(flatten)]
    pub wanted: PutSubscription,
    /// What webhooks are signed with (`whsec_` and base64); absent for a stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Messages that wait to be sent; only in the answer for a single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
}

/// The project's subscriptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionList {
    /// By name.
    pub subscriptions: Vec<Subscription>,
}
