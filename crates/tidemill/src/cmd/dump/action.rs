//! `tidemill dump stop` and `tidemill dump start`

use super::TaskName;
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use serde_json::json;

pub(crate) fn run(name: &TaskName, action: &str, connection: &Connection, output: Output) -> Result<()> {
    connection.act_on_task(&name.stream, &name.task, action)?;
    let done = if action == "stop" { "stopped" } else { "started" };
    let text = format!("{done} dump task {} of stream {}", name.task, name.stream);
    output.done(&json!({ done: name.task, "stream": name.stream }), &text)
}
