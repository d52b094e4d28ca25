//! `tidemill dump delete`

use super::TaskName;
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use serde_json::json;

pub(crate) fn run(name: &TaskName, connection: &Connection, output: Output) -> Result<()> {
    connection.delete_task(&name.stream, &name.task)?;
    let text = format!("deleted dump task {} of stream {}; what it delivered stays", name.task, name.stream);
    output.done(&json!({ "deleted": name.task, "stream": name.stream }), &text)
}
