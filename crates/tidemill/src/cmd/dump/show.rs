//! `tidemill dump show`

use super::TaskName;
use crate::client::Connection;
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::Value;

pub(crate) fn run(name: &TaskName, connection: &Connection, output: Output) -> Result<()> {
    let task = connection.task(&name.stream, &name.task)?;
    output.print(&task, || text(&task))
}

fn text(task: &Value) -> String {
    let shown = |name: &str| plain(task.get(name));
    let mut text = format!(
        "{}  id {}  {}  stream {}\n",
        shown("task_name"),
        shown("task_id"),
        shown("state"),
        shown("stream_name")
    );
    let described = ["obs", "mrs", "dli", "dws", "cloudtable"]
        .iter()
        .find_map(|kind| task.get(format!("{kind}_destination_description")));
    let members = described.and_then(Value::as_object);
    for (name, value) in members.into_iter().flatten() {
        text.push_str(&format!("  {name}: {}\n", plain(Some(value)).escape_debug()));
    }
    let partitions = task.get("partitions").and_then(Value::as_array);
    let rows: Vec<Vec<String>> = partitions.into_iter().flatten().map(row).collect();
    text + "\n" + &table(&["PARTITION", "STATE", "LAST_DELIVERED", "AT_MS", "DISCARDED"], &rows)
}

fn row(partition: &Value) -> Vec<String> {
    ["partition_id", "state", "last_transfer_offset", "last_transfer_timestamp", "discard"]
        .map(|name| plain(partition.get(name)))
        .to_vec()
}

/// Text without its quotes, anything else as JSON.
fn plain(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
