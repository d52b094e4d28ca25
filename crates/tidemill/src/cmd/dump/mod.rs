//! `tidemill dump create | list | show | stop | start | delete | verify | receipts`

mod action;
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

/// Create, list, show, stop, start, delete and verify dump tasks.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Dump {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

/// A dump task by stream and name.
#[derive(Debug, Args)]
pub(crate) struct TaskName {
    /// The stream.
    stream: String,
    /// The dump task.
    task: String,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Create a dump task that writes the records of a stream into a bucket.
    Create(create::Create),
    /// List the dump tasks of a stream.
    List(list::List),
    /// Show a dump task: its state, its destination and how far each partition is.
    Show(TaskName),
    /// Stop a dump task; it keeps its position.
    Stop(TaskName),
    /// Start a stopped dump task where it stopped.
    Start(TaskName),
    /// Delete a dump task: nothing of it appears in the bucket afterwards.
    Delete(TaskName),
}

impl Dump {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::List(list) => list.run(&connection, output),
            Verb::Show(name) => show::run(&name, &connection, output),
            Verb::Stop(name) => action::run(&name, "stop", &connection, output),
            Verb::Start(name) => action::run(&name, "start", &connection, output),
            Verb::Delete(name) => delete::run(&name, &connection, output),
        }
    }
}
