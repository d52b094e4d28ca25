//! `tidemill subscription create | list | delete`

mod create;
mod delete;
mod list;

use super::target::connect;
use crate::config::ClientFlags;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::Path;

/// Be told of events: throttled streams, failing dump tasks, automatic scaling, used-up quotas.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Subscription {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Send events to a webhook or into a stream.
    Create(create::Create),
    /// List all subscriptions of the project.
    List,
    /// End a subscription: nothing is sent afterwards.
    Delete(delete::Delete),
}

impl Subscription {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::List => list::run(&connection, output),
            Verb::Delete(delete) => delete.run(&connection, output),
        }
    }
}
