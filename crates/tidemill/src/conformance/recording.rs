//! Recordings as they are stored: one JSON file a client.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Made by `scripts/record.sh`; a new file there gets its line here.
const EMBEDDED: &[&str] = &[
    include_str!("../../recordings/go.json"),
    include_str!("../../recordings/java_sdk.json"),
    include_str!("../../recordings/kafka_adapter.json"),
    include_str!("../../recordings/otcextensions.json"),
    include_str!("../../recordings/py_dis.json"),
    include_str!("../../recordings/terraform.json"),
    include_str!("../../recordings/v3_sdk.json"),
];

/// What one client was seen to send.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Client {
    /// The client with its version.
    pub(crate) client: String,
    /// One a journey.
    pub(crate) recordings: Vec<Recording>,
}

/// One journey, from its first request to its last.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Recording {
    /// What the client was doing.
    pub(crate) name: String,
    /// Whether a dump task writes into a bucket on the way.
    #[serde(default)]
    pub(crate) needs_bucket: bool,
    /// Names that were made up, with their lengths: a replay makes up others of the same length.
    pub(crate) names: BTreeMap<String, usize>,
    /// Names that a replay uses as they were recorded, because compressed bodies hold them.
    #[serde(default)]
    pub(crate) kept_names: Vec<String>,
    /// In the order they were sent.
    pub(crate) exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Exchange {
    /// Seconds after the journey's first request before which this one is not sent; only where time is what makes
    /// the server act.
    #[serde(default)]
    pub(crate) at_seconds: f64,
    /// The method.
    pub(crate) method: String,
    /// Path and query as they were on the wire.
    pub(crate) target: String,
    /// Headers that change what the body means.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The body; absent if there was none.
    #[serde(default)]
    pub(crate) body: Vec<Piece>,
    /// What came back.
    pub(crate) answer: Answer,
}

/// A part of a body.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Piece {
    /// Text with placeholders.
    Text(String),
    /// Bytes in base64.
    Bytes(String),
}

/// What came back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// Without parameters; absent if there was no body.
    #[serde(default)]
    pub(crate) content_type: Option<String>,
    /// The body if it was JSON; if it was protobuf, the JSON that says the same.
    #[serde(default)]
    pub(crate) json: Option<Value>,
}

impl Piece {
    /// The bytes, with placeholders in text filled by `fill`.
    pub(crate) fn bytes(&self, fill: impl Fn(&str) -> String) -> Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(fill(text).into_bytes()),
            Self::Bytes(text) => STANDARD.decode(text).context("a recorded body is not base64"),
        }
    }
}

/// The recordings that came with this program.
pub(crate) fn embedded() -> Result<Vec<Client>> {
    EMBEDDED.iter().map(|text| parse("an embedded file", text.as_bytes())).collect()
}

/// Recordings in a folder.
pub(crate) fn read_dir(dir: &Path) -> Result<Vec<Client>> {
    let shown = || format!("cannot read {}", dir.display());
    let entries = std::fs::read_dir(dir).with_context(shown)?;
    let mut paths: Vec<_> =
        entries.map(|e| Ok(e?.path())).collect::<std::io::Result<_>>().with_context(shown)?;
    paths.retain(|path: &PathBuf| is_json(path));
    paths.sort();
    let read = |path: &PathBuf| parse(&path.display().to_string(), &std::fs::read(path).with_context(shown)?);
    paths.iter().map(read).collect()
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

fn parse(name: &str, bytes: &[u8]) -> Result<Client> {
    serde_json::from_slice(bytes).with_context(|| format!("{name} is not a recording"))
}
