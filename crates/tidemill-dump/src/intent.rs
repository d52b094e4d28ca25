//! The intent: what one delivery is going to publish, written before anything is sent.

use crate::ledger::ObjectProof;
use serde::{Deserialize, Serialize};

/// A half-open range of one partition and the objects it becomes. The keys, time directory included, are
/// fixed here; the digests are what proves an object to be ours after a crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) incarnation: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) count: u64,
    /// The file's creation time in ms since the epoch: what the time directories are made of.
    pub(crate) cut_ms: i64,
    pub(crate) objects: Vec<IntentObject>,
}

/// One object of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IntentObject {
    pub(crate) key: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// Why the first of its records could not be encoded; they are in it as they came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<String>,
}

impl Intent {
    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    pub(crate) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl IntentObject {
    /// The proof of it, once it is published under `etag`.
    pub(crate) fn proof(&self, etag: Option<String>) -> ObjectProof {
        ObjectProof {
            key: self.key.clone(),
            first: self.first,
            last: self.last,
            count: self.count,
            bytes: self.bytes,
            sha256: self.sha256.clone(),
            etag,
            error: self.error.clone(),
        }
    }
}
