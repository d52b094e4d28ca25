//! `tidemill task create | again | analyse | list | show | results | report | stop | delete`

mod again;
mod analyse;
mod create;
mod delete;
mod list;
mod operator;
mod report;
mod results;
mod show;
mod stop;
mod wait;

use super::target::connect;
use super::watch::text;
use crate::client::{ClientError, Connection};
use crate::config::ClientFlags;
use crate::failure::usage;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::Path;

/// Run operators over images: create, watch, stop, report and delete processing tasks.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Task {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

/// A processing task.
#[derive(Debug, Args)]
pub(crate) struct TaskName {
    /// The task: its name or its id.
    task: String,
}

/// One run of a processing task.
#[derive(Debug, Args)]
pub(crate) struct RunName {
    /// The task: its name or its id.
    task: String,
    /// The version of the task, by name or id; the newest if none is given.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a task and run it.
    Create(create::Create),
    /// Run a task once more, as its next version.
    Again(TaskName),
    /// Measure the images of a dataset version: brightness, sharpness, boxes and so on.
    Analyse(analyse::Analyse),
    /// List all tasks.
    List,
    /// Show a task and its versions.
    Show(TaskName),
    /// Show what became of each sample, and why.
    Results(results::Results),
    /// Write a page that shows each changed or dropped sample before and after, and feature curves.
    Report(report::Report),
    /// Stop a run.
    Stop(RunName),
    /// Delete a task with its versions; what a published dataset version refers to stays.
    Delete(TaskName),
}

impl Task {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::Again(name) => again::run(&name, &connection, output),
            Verb::Analyse(analyse) => analyse.run(&connection, output),
            Verb::List => list::run(&connection, output),
            Verb::Show(name) => show::run(&name, &connection, output),
            Verb::Results(results) => results.run(&connection, output),
            Verb::Report(report) => report.run(&connection, output),
            Verb::Stop(name) => stop::run(&name, &connection, output),
            Verb::Delete(name) => delete::run(&name, &connection, output),
        }
    }
}

/// The id of a task.
fn id_of(connection: &Connection, name: &str) -> Result<String, ClientError> {
    Ok(text(&connection.processing_task(name)?, "task_id").to_owned())
}

impl RunName {
    /// The ids of the task and of its version.
    fn ids(&self, connection: &Connection) -> Result<(String, String)> {
        let task = id_of(connection, &self.task)?;
        let runs = connection.runs(&task)?;
        let wanted = self.version.as_deref();
        let is_it = |run: &&serde_json::Value| match wanted {
            Some(wanted) => [text(run, "version_name"), text(run, "task_version_id")].contains(&wanted),
            None => true,
        };
        let found = runs.iter().find(is_it).map(|run| text(run, "task_version_id").to_owned());
        let found = found.ok_or_else(|| usage(format!("task {} has no such version", self.task)))?;
        Ok((task, found))
    }
}

/// What the numbers of the API stand for.
fn state(code: u64) -> &'static str {
    ["waiting", "running", "completed", "failed", "stopped"].get(code as usize).copied().unwrap_or("?")
}
