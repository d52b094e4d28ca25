//! `tidemill dump list`

use crate::client::Connection;
use crate::output::{Output, table};
use anyhow::Result;
use clap::Args;
use serde_json::Value;

/// List the dump tasks of a stream.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// The stream.
    stream: String,
}

impl List {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let tasks = connection.tasks(&self.stream)?;
        let rows: Vec<Vec<String>> = tasks.iter().map(row).collect();
        output.print(&Value::Array(tasks), || table(&["NAME", "STATE", "DESTINATION"], &rows))
    }
}

fn row(task: &Value) -> Vec<String> {
    let text = |name: &str| task.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    vec![text("task_name"), text("state"), text("destination_type")]
}
