//! `tidemill key show`

use crate::client::Identity;
use crate::config::{ClientFlags, Layers};
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::Path;

/// Show the credentials that commands use.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Key {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show access key, project and region, as variables a shell can read.
    Show {
        /// Show the secret too.
        #[arg(long)]
        secret: bool,
    },
}

impl Key {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let Verb::Show { secret } = self.verb;
        let identity = Identity::find(&Layers::load(&self.client.0, config)?)?;
        let shown = if secret { identity.secret_access_key.as_str() } else { "***" };
        let value = json!({
            "access_key_id": identity.access_key_id,
            "secret_access_key": shown,
            "project_id": identity.project_id,
            "region": identity.region,
            "source": identity.source,
        });
        output.print(&value, || {
            format!(
                "# from {}\nTIDEMILL_ACCESS_KEY_ID={}\nTIDEMILL_SECRET_ACCESS_KEY={shown}\n\
                 TIDEMILL_PROJECT_ID={}\nTIDEMILL_REGION={}\n",
                identity.source, identity.access_key_id, identity.project_id, identity.region
            )
        })
    }
}
