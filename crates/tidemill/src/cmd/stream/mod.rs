//! `tidemill stream create | list | show | delete`

mod create;
mod delete;
mod list;
mod show;

use super::target::connect;
use crate::config::ClientFlags;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::Path;

/// Create, list, show and delete streams.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Stream {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Create a stream.
    Create(create::Create),
    /// List all streams of the project.
    List,
    /// Show a stream and its partitions.
    Show(show::Show),
    /// Delete a stream with its records, dump tasks and checkpoints.
    Delete(delete::Delete),
}

impl Stream {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::List => list::run(&connection, output),
            Verb::Show(show) => show.run(&connection, output),
            Verb::Delete(delete) => delete.run(&connection, output),
        }
    }
}
