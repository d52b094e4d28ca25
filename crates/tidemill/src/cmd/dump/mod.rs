//! `tidemill dump create | list | show | stop | start | delete | verify | receipts`

mod action;
mod create;
mod delete;
mod list;
mod receipts;
mod show;
pub(crate) mod verify;

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
    /// Prove that what was delivered into a bucket is complete and there once.
    Verify(verify::Verify),
    /// Show what deleted dump tasks left behind.
    Receipts(receipts::Receipts),
}

impl Dump {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let client = self.client;
        let connect = || connect(&client, config);
        match self.verb {
            // A directory can be proven without a server.
            Verb::Verify(verify) => verify.run(&client, config, output),
            Verb::Receipts(receipts) => receipts.run(&connect()?, output),
            Verb::Create(create) => create.run(&connect()?, output),
            Verb::List(list) => list.run(&connect()?, output),
            Verb::Show(name) => show::run(&name, &connect()?, output),
            Verb::Stop(name) => action::run(&name, "stop", &connect()?, output),
            Verb::Start(name) => action::run(&name, "start", &connect()?, output),
            Verb::Delete(name) => delete::run(&name, &connect()?, output),
        }
    }
}
