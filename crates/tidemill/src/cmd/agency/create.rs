//! `tidemill agency create`

use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Name of the agency: 1 to 64 letters, digits, -, _ and dots.
    name: String,
    /// Whom it trusts: the service of dump tasks, or an account.
    #[arg(long, default_value = "op_svc_dis", value_name = "NAME")]
    trust: String,
    /// What it is for.
    #[arg(long, default_value = "", value_name = "TEXT")]
    description: String,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let made = connection.create_agency(&self.name, &self.trust, &self.description)?;
        output.done(&serde_json::to_value(&made)?, &format!("agency {} created", made.name))
    }
}
