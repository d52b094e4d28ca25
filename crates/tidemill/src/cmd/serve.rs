//! `tidemill serve`
use crate::config::{Layers, ServerFlags, Settings};
use anyhow::Result;
use clap::Args;
use std::path::Path;

/// Run the server.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    flags: ServerFlags,
}
impl Serve {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<()> {
        let layers = Layers::load(&self.flags.0, config)?;
        let _ = Settings::read(&layers)?;
        Ok(())
    }
}
