//! `tidemill dataset delete`

use super::{DatasetName, id_of};
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use serde_json::json;

pub(crate) fn run(name: &DatasetName, connection: &Connection, output: Output) -> Result<()> {
    let id = id_of(connection, &name.dataset)?;
    connection.delete_dataset(&id)?;
    output.done(&json!({ "deleted": id }), &format!("deleted dataset {}", name.dataset))
}
