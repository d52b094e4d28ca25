//! `tidemill dataset versions`

use super::{DatasetName, id_of};
use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::Value;

pub(crate) fn run(name: &DatasetName, connection: &Connection, output: Output) -> Result<()> {
    let id = id_of(connection, &name.dataset)?;
    let all = connection.dataset_versions(&id)?;
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    output.print(&Value::Array(all), || table(&["NAME", "ID", "SAMPLES", "LABELED", "", "MANIFEST"], &rows))
}

fn row(version: &Value) -> Vec<String> {
    let state = match (count(version, "status"), version["is_current"].as_bool()) {
        (0, _) => "publishing",
        (4, _) => "failed",
        (_, Some(true)) => "current",
        _ => "",
    };
    vec![
        text(version, "version_name").to_owned(),
        text(version, "version_id").to_owned(),
        count(version, "total_sample_count").to_string(),
        count(version, "annotated_sample_count").to_string(),
        state.to_owned(),
        text(version, "manifest_path").to_owned(),
    ]
}
