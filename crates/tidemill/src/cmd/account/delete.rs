//! `tidemill account delete`

use crate::client::Connection;
use crate::output::Output;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Name of the account.
    name: String,
}

impl Delete {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let found = connection.accounts()?.into_iter().find(|account| account.name == self.name);
        let account = found.with_context(|| format!("there is no account {}", self.name))?;
        connection.delete_account(&account.id)?;
        output.done(&json!({ "deleted": self.name }), &format!("account {} deleted", self.name))
    }
}
