//! Bodies of the calls on policies of a stream.

use serde::{Deserialize, Serialize};

/// Asks to let others use a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePolicy {
    /// Id of the stream in the path.
    pub stream_id: Option<String>,
    /// `account`, `account.*` or `account.user`; several with commas between them.
    pub principal_name: Option<String>,
    /// `putRecords`, `getRecords` or `getStreamInfo`.
    pub action_type: Option<String>,
    /// `accept`.
    pub effect: Option<String>,
}

/// Like [`CreatePolicy`], by ids of accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePolicyV3 {
    /// Id of the stream in the path.
    pub stream_id: Option<String>,
    /// Id of an account; several with commas between them.
    pub principal_id: Option<String>,
    /// `putRecords`, `getRecords` or `getStreamInfo`.
    pub action_type: Option<String>,
    /// `accept`, also if absent.
    pub effect: Option<String>,
}

/// The policies of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyList {
    /// Id of the stream.
    pub stream_id: String,
    /// The same: some clients read this one.
    #[serde(rename = "streamId")]
    pub stream_id_again: String,
    /// Ascending by name and action.
    pub rules: Vec<PolicyRule>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// By ids: `account.*` or `account.user`.
    pub principal: String,
    /// By names: `account.*` or `account.user`.
    pub principal_name: String,
    /// `putRecords`, `getRecords` or `getStreamInfo`.
    pub action_type: String,
    /// `accept`.
    pub effect: String,
}
