//! `tidemill task stop`

use super::RunName;
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use serde_json::json;

pub(crate) fn run(name: &RunName, connection: &Connection, output: Output) -> Result<()> {
    let (task, version) = name.ids(connection)?;
    connection.stop_run(&task, &version)?;
    output.done(&json!({ "stopped": version }), &format!("stopped {}", name.task))
}
