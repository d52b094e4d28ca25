//! `tidemill dataset show`

use super::DatasetName;
use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::Value;

/// What the numbers of the API stand for.
const STATES: &[&str] = &[
    "creating",
    "normal",
    "deleting",
    "deleted",
    "abnormal",
    "synchronising",
    "publishing",
    "switching",
    "importing",
];

pub(crate) fn run(name: &DatasetName, connection: &Connection, output: Output) -> Result<()> {
    let dataset = connection.dataset(&name.dataset)?;
    output.print(&dataset, || describe(&dataset))
}

fn describe(dataset: &Value) -> String {
    let state = STATES.get(count(dataset, "status") as usize).unwrap_or(&"?");
    let head = format!(
        "{}  id {}  {}  {state}\n{} samples, {} labeled  version {}\ninput {}  output {}\n\n",
        text(dataset, "dataset_name"),
        text(dataset, "dataset_id"),
        super::kind(dataset),
        count(dataset, "total_sample_count"),
        count(dataset, "annotated_sample_count"),
        dataset["current_version_name"].as_str().unwrap_or("none yet"),
        dataset["data_sources"][0]["data_path"].as_str().unwrap_or_default(),
        text(dataset, "work_path"),
    );
    let labels = dataset["labels"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = labels.iter().map(|label| vec![text(label, "name").to_owned()]).collect();
    head + &table(&["LABEL"], &rows)
}
