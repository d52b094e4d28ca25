//! `tidemill dataset create | list | show | samples | import | sync | publish | versions | switch | export | delete`

mod create;
mod delete;
mod export;
mod import;
mod list;
mod publish;
mod samples;
mod show;
mod switch;
mod sync;
mod versions;

use super::target::connect;
use crate::client::{ClientError, Connection};
use crate::config::ClientFlags;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::path::Path;

/// Create, fill, publish, export and delete datasets.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Dataset {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

/// A dataset.
#[derive(Debug, Args)]
pub(crate) struct DatasetName {
    /// The dataset: its name or its id.
    dataset: String,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a dataset of what lies below a path, and import it.
    Create(create::Create),
    /// List all datasets.
    List,
    /// Show a dataset and its labels.
    Show(DatasetName),
    /// List samples with their labels.
    Samples(samples::Samples),
    /// Import a directory or a manifest.
    Import(import::Import),
    /// Take in what is new below the input path, and let go of what is not there any more.
    Sync(DatasetName),
    /// Publish the samples and labels as they are as an immutable version.
    Publish(publish::Publish),
    /// List the versions.
    Versions(DatasetName),
    /// Go back to the samples and labels of a version.
    Switch(switch::Switch),
    /// Write samples and label files below a path.
    Export(export::Export),
    /// Delete a dataset; the objects it was made of stay.
    Delete(DatasetName),
}

impl Dataset {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Create(create) => create.run(&connection, output),
            Verb::List => list::run(&connection, output),
            Verb::Show(name) => show::run(&name, &connection, output),
            Verb::Samples(samples) => samples.run(&connection, output),
            Verb::Import(import) => import.run(&connection, output),
            Verb::Sync(name) => sync::run(&name, &connection, output),
            Verb::Publish(publish) => publish.run(&connection, output),
            Verb::Versions(name) => versions::run(&name, &connection, output),
            Verb::Switch(switch) => switch.run(&connection, output),
            Verb::Export(export) => export.run(&connection, output),
            Verb::Delete(name) => delete::run(&name, &connection, output),
        }
    }
}

/// The id of a dataset.
pub(super) fn id_of(connection: &Connection, name: &str) -> Result<String, ClientError> {
    let found = connection.dataset(name)?;
    Ok(found["dataset_id"].as_str().unwrap_or(name).to_owned())
}

/// The id of a version, given by name or id.
pub(super) fn version_of(
    connection: &Connection,
    dataset: &str,
    version: &str,
) -> Result<String, ClientError> {
    let all = connection.dataset_versions(dataset)?;
    let found = all.iter().find(|v| v["version_name"] == version);
    Ok(found.and_then(|v| v["version_id"].as_str()).unwrap_or(version).to_owned())
}

/// What an answer calls the kind of a dataset.
pub(super) fn kind(dataset: &Value) -> &'static str {
    let code = dataset["dataset_type"].as_u64();
    create::KINDS.iter().find(|(_, kind)| Some(u64::from(*kind)) == code).map_or("?", |(name, _)| name)
}
