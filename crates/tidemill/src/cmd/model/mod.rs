//! `tidemill model install | trial`

mod generator;
mod install;
mod trial;

use crate::config::{ClientFlags, Layers};
use crate::output::Output;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

pub(crate) use generator::ChildTrial;

/// Install the model that processing tasks compare images with.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Model {
    #[command(flatten)]
    client: ClientFlags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Convert the published checkpoint, or check and copy a model of your own; a running server takes it at its next
    /// start.
    Install(install::Install),
    /// Run the built-in images through a model of someone else's, within limits of memory and time.
    #[command(hide = true)]
    Trial {
        /// The model directory.
        directory: PathBuf,
    },
    /// Run a generator, given on standard input, within limits of memory and time.
    #[command(hide = true)]
    TryGenerator {
        /// The name of its file.
        name: String,
        /// Columns of the images it takes, where it leaves them open.
        width: u32,
        /// Rows of these.
        height: u32,
    },
}

impl Model {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        match self.verb {
            Verb::Install(install) => install.run(&Layers::load(&self.client.0, config)?, output),
            Verb::Trial { directory } => trial::run(&directory),
            Verb::TryGenerator { name, width, height } => generator::run(&name, (width, height)),
        }
    }
}
