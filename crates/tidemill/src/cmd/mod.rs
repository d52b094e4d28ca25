//! The command line: one file per subcommand.

mod account;
mod agency;
mod config;
mod conformance;
mod dataset;
mod demo;
mod dump;
mod key;
mod model;
mod progress;
mod record;
mod serve;
mod stream;
mod subscription;
mod target;
mod task;
mod watch;

pub(crate) use model::ChildTrial;

use crate::failure::EXIT_CODES;
use crate::output::Output;
use anyhow::Result;
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Records in over HTTP; files, tables and clean datasets out.
#[derive(Debug, Parser)]
#[command(name = "tidemill", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// File with settings [env: TIDEMILL_CONFIG] [default: tidemill.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Show the main job on real data: a file in, the same file out of a bucket.
    Demo(demo::Demo),
    /// Create, list, show and delete streams.
    Stream(stream::Stream),
    /// Put records into a stream and get them back.
    Record(record::Record),
    /// Create, list, show, stop, start, delete and verify dump tasks.
    Dump(dump::Dump),
    /// Create, fill, publish, export and delete datasets.
    Dataset(dataset::Dataset),
    /// Run operators over images: create, watch, stop, report and delete processing tasks.
    Task(task::Task),
    /// Be told of events: create, list and delete subscriptions.
    Subscription(subscription::Subscription),
    /// Replay recorded client traffic against an endpoint and show what it answers differently.
    Conformance(conformance::Conformance),
    /// Create, list and delete accounts; for the administrator of the installation.
    Account(account::Account),
    /// Create, list and delete the agencies of your account, which dump tasks name.
    Agency(agency::Agency),
    /// Install the model that processing tasks compare images with.
    Model(model::Model),
    /// Show the credentials that commands use.
    Key(key::Key),
    /// Check settings and show where each came from.
    Config(config::Config),
}

impl CommandLine {
    /// Reads the arguments of this process. Help, the version and what cannot be understood end it here; clap
    /// knows no version as JSON.
    pub(crate) fn read() -> Self {
        let refusal = match Self::try_parse() {
            Ok(command_line) => return command_line,
            Err(refusal) => refusal,
        };
        let json = std::env::args_os().any(|argument| argument == "--json");
        if !json || refusal.kind() != ErrorKind::DisplayVersion {
            refusal.exit();
        }
        let version = json!({ "name": "tidemill", "version": env!("CARGO_PKG_VERSION") });
        let written = Output { json }.print(&version, String::new);
        std::process::exit(i32::from(written.is_err()));
    }

    /// Runs the subcommand to its end.
    pub(crate) fn run(self) -> Result<()> {
        let config = self.config.as_deref();
        let output = Output { json: self.json };
        match self.command {
            Command::Serve(serve) => serve.run(config),
            Command::Demo(demo) => demo.run(output),
            Command::Stream(stream) => stream.run(config, output),
            Command::Record(record) => record.run(config, output),
            Command::Dump(dump) => dump.run(config, output),
            Command::Dataset(dataset) => dataset.run(config, output),
            Command::Task(task) => task.run(config, output),
            Command::Subscription(subscription) => subscription.run(config, output),
            Command::Conformance(conformance) => conformance.run(config, output),
            Command::Account(account) => account.run(config, output),
            Command::Agency(agency) => agency.run(config, output),
            Command::Model(model) => model.run(config, output),
            Command::Key(key) => key.run(config, output),
            Command::Config(settings) => settings.run(config, output),
        }
    }
}
