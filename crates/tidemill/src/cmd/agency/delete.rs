//! `tidemill agency delete`

use crate::client::Connection;
use crate::output::Output;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Name of the agency.
    name: String,
}

impl Delete {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let found = connection.agencies()?.into_iter().find(|agency| agency.name == self.name);
        let agency = found.with_context(|| format!("there is no agency {}", self.name))?;
        connection.delete_agency(&agency.id)?;
        output.done(&json!({ "deleted": self.name }), &format!("agency {} deleted", self.name))
    }
}
