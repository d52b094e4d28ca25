//! `tidemill record put | get`

mod again;
mod get;
mod put;

use super::target::connect;
use crate::config::ClientFlags;
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::Path;

pub(crate) use get::{Range, read_partition};
pub(crate) use put::put_lines;

/// Put records into a stream and get them back.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Record {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put a file: each line becomes one record.
    Put(put::Put),
    /// Get the records of a partition: each becomes one line.
    Get(get::Get),
}

impl Record {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        match self.verb {
            Verb::Put(put) => put.run(&connection, output),
            Verb::Get(get) => get.run(&connection, output),
        }
    }
}
