//! `tidemill serve`

use super::config::warn_of_strangers;
use crate::config::{Layers, ServerFlags, Settings};
use crate::{logging, server};
use anyhow::Result;
use clap::Args;
use std::path::Path;

/// Run the server until SIGTERM or SIGINT.
///
/// When it is ready it prints one line on stdout: `tidemill ready api=URL objects=URL`. Logs go to stderr.
/// Every setting is explained in docs/configuration.md; `tidemill config check` shows what is in force.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Serve {
    #[command(flatten)]
    flags: ServerFlags,
}

impl Serve {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<()> {
        let layers = Layers::load(&self.flags.0, config)?;
        let settings = Settings::read(&layers)?;
        warn_of_strangers(&layers);
        logging::start(&settings.log_level, settings.log_format);
        server::run(&settings)
    }
}
