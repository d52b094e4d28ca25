//! `tidemill task analyse`

use super::create::warnings;
use super::wait::wait_for_analysis;
use crate::client::Connection;
use crate::cmd::dataset;
use crate::cmd::watch::text;
use crate::output::{Output, table};
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

/// Measure the images of a dataset version: brightness, sharpness, boxes and so on.
#[derive(Debug, Args)]
pub(crate) struct Analyse {
    /// Name of the task.
    name: String,
    /// The dataset: its name or its id.
    dataset: String,
    /// The version: its name or its id; the current one if none is given.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
}

impl Analyse {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let found = connection.dataset(&self.dataset)?;
        let id = text(&found, "dataset_id");
        let version = match &self.version {
            Some(version) => dataset::version_of(connection, id, version)?,
            None => text(&found, "current_version_id").to_owned(),
        };
        let task = connection.create_processing(&json!({
            "name": self.name,
            "version_id": version,
            "data_source": { "type": "DATASET", "source": id },
            "template": { "id": "sys_data_analyse" },
        }))?;
        let done = wait_for_analysis(connection, &task)?;
        output.print(&done["result"], || {
            let table = table(&["FEATURE", "COUNT", "MIN", "MEAN", "MAX"], &rows(&done["result"]));
            let warnings = warnings(&done).map(|warning| format!("\nwarning: {warning}"));
            format!("{table}{}", warnings.collect::<String>())
        })
    }
}

fn rows(result: &Value) -> Vec<Vec<String>> {
    let metrics = result["usage"]["all"]["metrics"].as_object();
    let number = |value: &Value| value.as_f64().map(|v| format!("{v:.3}")).unwrap_or_default();
    let row = |(name, m): (&String, &Value)| {
        vec![name.clone(), m["count"].to_string(), number(&m["min"]), number(&m["mean"]), number(&m["max"])]
    };
    metrics.into_iter().flatten().map(row).collect()
}
