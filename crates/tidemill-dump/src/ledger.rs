//! The ledger: what became of every range of a partition, each entry chained to the one before.
//!
//! An entry is JSON; its hash is the SHA-256 of exactly that text. The next entry carries the hash as
//! `previous` and starts where this one ended, so a missing, altered or added entry breaks the chain. The
//! metadata holds the truth; the bucket gets a copy under `_tidemill/ledger/{task_id}/`: one object an entry
//! ([`SealedEntry`]) and one with the ends of all chains ([`Head`]), without which a lost tail would not show.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// The format's version.
pub const VERSION: u32 = 1;

/// `previous` of a partition's first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What became of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Its records are in the objects, those that could not be encoded in one that says so.
    Deliver,
    /// The same, and an object of foreign content under one of the keys was replaced.
    Replace,
    /// Its records were trimmed before they were delivered; objects of an unfinished delivery may be named.
    Gap,
    /// The task delivers to another bucket from here on, named in `bucket`.
    Move,
    /// The task was deleted here; objects of an unfinished delivery may be named. Nothing follows.
    End,
}

/// An object that was published, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectProof {
    /// Its key in the bucket.
    pub key: String,
    /// Number of its first record.
    pub first: u64,
    /// Number of its last record.
    pub last: u64,
    /// How many records it holds.
    pub count: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// The ETag the destination gave it, if any.
    pub etag: Option<String>,
    /// Why the first of its records could not be encoded. All of them are in it as they came, and no other.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`VERSION`].
    pub version: u32,
    /// The task.
    pub task_id: String,
    /// The stream's name.
    pub stream: String,
    /// The stream's incarnation.
    pub incarnation: String,
    /// The partition's index.
    pub partition: u32,
    /// Its place in the partition's chain, from 0.
    pub n: u64,
    /// Hash of the entry before; [`GENESIS`] for the first.
    pub previous: String,
    /// What became of the range.
    pub kind: Kind,
    /// Number of the first record of the range.
    pub from: u64,
    /// Number after the last record of the range.
    pub to: u64,
    /// Records in the objects.
    pub count: u64,
    /// When it was written, in ms since the epoch.
    pub at_ms: i64,
    /// The objects, ascending by key.
    pub objects: Vec<ObjectProof>,
    /// In a `move`: the bucket of what follows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bucket: Option<String>,
}

impl Entry {
    /// The text that is stored and its hash.
    pub(crate) fn seal(&self) -> Result<(String, String), serde_json::Error> {
        let body = serde_json::to_string(self)?;
        let hash = hash(&body);
        Ok((body, hash))
    }
}

/// SHA-256 of a text, lower-case hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// An entry as the bucket holds it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedEntry {
    /// The [`Entry`], exactly as hashed.
    pub entry: Box<RawValue>,
    /// SHA-256 of it.
    pub hash: String,
}

/// The ends of all chains of a task, as the bucket holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`VERSION`].
    pub version: u32,
    /// The task.
    pub task_id: String,
    /// The task's name.
    pub task: String,
    /// The stream's name.
    pub stream: String,
    /// The prefix of its objects; may be empty.
    pub prefix: String,
    /// Whether nothing follows here: the task was deleted, or delivers to another bucket.
    pub ended: bool,
    /// One per partition that has entries, ascending.
    pub partitions: Vec<HeadPartition>,
    /// The bucket this is in, if the task has moved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bucket: Option<String>,
    /// The bucket of the first deliveries, if the task has moved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<String>,
}

/// The end of one chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadPartition {
    /// The partition's index.
    pub partition: u32,
    /// Where the task began.
    pub start: u64,
    /// Number of the first record that is not delivered.
    pub next: u64,
    /// How many entries the chain has.
    pub entries: u64,
    /// Hash of the last.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_is_fixed() {
        let entry = Entry {
            version: VERSION,
            task_id: "T".into(),
            stream: "s".into(),
            incarnation: "0".into(),
            partition: 3,
            n: 0,
            previous: GENESIS.into(),
            kind: Kind::Gap,
            from: 1,
            to: 5,
            count: 0,
            at_ms: 9,
            objects: vec![],
            bucket: None,
        };
        let (body, hash) = entry.seal().unwrap();
        assert_eq!(
            body,
            format!(
                r#"{{"version":1,"task_id":"T","stream":"s","incarnation":"0","partition":3,"n":0,"previous":"{GENESIS}","kind":"gap","from":1,"to":5,"count":0,"at_ms":9,"objects":[]}}"#
            )
        );
        assert_eq!(hash.len(), 64);
        assert_eq!(serde_json::from_str::<Entry>(&body).unwrap(), entry);
    }
}
