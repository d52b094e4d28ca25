//! `tidemill stream delete`

use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use clap::Args;
use serde_json::json;

/// Delete a stream with its records, dump tasks and checkpoints.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// The stream.
    name: String,
}

impl Delete {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        connection.delete_stream(&self.name)?;
        output.done(&json!({ "deleted": self.name }), &format!("deleted stream {}", self.name))
    }
}
