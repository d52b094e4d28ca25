//! `tidemill agency create | list | delete`

mod create;
mod delete;
mod list;

use super::target::connect;
use crate::config::ClientFlags;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::Path;

/// Create, list and delete the agencies of your account, which dump tasks name; owners make and delete them.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Agency {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Create an agency.
    Create(create::Create),
    /// List the agencies of your account.
    List,
    /// Delete an agency that no dump task names.
    Delete(delete::Delete),
}

impl Agency {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::List => list::run(&connection, output),
            Verb::Delete(delete) => delete.run(&connection, output),
        }
    }
}
