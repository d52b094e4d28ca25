//! `tidemill task delete`

use super::{TaskName, id_of};
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use serde_json::json;

pub(crate) fn run(name: &TaskName, connection: &Connection, output: Output) -> Result<()> {
    let id = id_of(connection, &name.task)?;
    connection.delete_processing(&id)?;
    output.done(&json!({ "deleted": id }), &format!("deleted task {}", name.task))
}
