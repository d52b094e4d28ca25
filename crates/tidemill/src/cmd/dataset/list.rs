//! `tidemill dataset list`

use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::Value;

pub(crate) fn run(connection: &Connection, output: Output) -> Result<()> {
    let all = connection.datasets(None)?;
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let headings = ["NAME", "ID", "KIND", "SAMPLES", "LABELED", "VERSION"];
    output.print(&Value::Array(all), || table(&headings, &rows))
}

fn row(dataset: &Value) -> Vec<String> {
    vec![
        text(dataset, "dataset_name").to_owned(),
        text(dataset, "dataset_id").to_owned(),
        super::kind(dataset).to_owned(),
        count(dataset, "total_sample_count").to_string(),
        count(dataset, "annotated_sample_count").to_string(),
        text(dataset, "current_version_name").to_owned(),
    ]
}
