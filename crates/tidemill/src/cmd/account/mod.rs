//! `tidemill account create | list | delete`

mod create;
mod delete;
mod list;

use super::target::connect;
use crate::config::ClientFlags;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::Path;

/// Create, list and delete accounts; for the administrator of the installation.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Account {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Create an account with a project, its owner and the owner's access key, which is shown only now.
    Create(create::Create),
    /// List all accounts.
    List,
    /// Delete an account that has no streams and buckets, with its projects, users and keys.
    Delete(delete::Delete),
}

impl Account {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::List => list::run(&connection, output),
            Verb::Delete(delete) => delete.run(&connection, output),
        }
    }
}
