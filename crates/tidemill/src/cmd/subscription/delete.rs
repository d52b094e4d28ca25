//! `tidemill subscription delete`

use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use clap::Args;
use serde_json::json;

/// End a subscription: nothing is sent afterwards.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name.
    name: String,
}

impl Delete {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        connection.delete_subscription(&self.name)?;
        output.done(&json!({ "deleted": self.name }), &format!("deleted subscription {}", self.name))
    }
}
