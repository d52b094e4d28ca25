//! `tidemill dataset samples`

use super::id_of;
use crate::client::Connection;
use crate::cmd::watch::text;
use crate::output::{Output, table};
use anyhow::Result;
use clap::Args;
use serde_json::Value;

/// List samples with their labels.
#[derive(Debug, Args)]
pub(crate) struct Samples {
    /// The dataset: its name or its id.
    dataset: String,
    /// Only samples with this label.
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
    /// Only samples of this version.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

impl Samples {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let id = id_of(connection, &self.dataset)?;
        let version = self.version.map(|v| super::version_of(connection, &id, &v)).transpose()?;
        let mut query = Vec::new();
        query.extend(self.label.as_deref().map(|label| ("label_name", label)));
        query.extend(version.as_deref().map(|version| ("version_id", version)));
        let found = connection.samples(&id, &query, self.limit)?;
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        output.print(&Value::Array(found), || table(&["ID", "NAME", "STATUS", "LABELS"], &rows))
    }
}

fn row(sample: &Value) -> Vec<String> {
    let labels = sample["labels"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = labels.iter().map(|label| text(label, "name")).collect();
    vec![
        text(sample, "sample_id").to_owned(),
        text(sample, "sample_name").to_owned(),
        text(sample, "sample_status").to_owned(),
        names.join(", "),
    ]
}
