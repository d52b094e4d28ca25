//! `tidemill task list`

use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::Value;

pub(crate) fn run(connection: &Connection, output: Output) -> Result<()> {
    let all = connection.processing_tasks(None)?;
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    output.print(&Value::Array(all), || table(&["NAME", "ID", "KIND", "STATE", "VERSIONS", "SECONDS"], &rows))
}

fn row(task: &Value) -> Vec<String> {
    let kind = task["template"]["id"].as_str().unwrap_or_default();
    vec![
        text(task, "name").to_owned(),
        text(task, "task_id").to_owned(),
        kind.trim_start_matches("sys_data_").to_owned(),
        super::state(count(task, "status")).to_owned(),
        count(task, "version_count").to_string(),
        count(task, "duration_seconds").to_string(),
    ]
}
