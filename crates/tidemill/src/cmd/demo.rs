//! `tidemill demo`
use anyhow::Result;
use clap::Args;
/// Demo.
#[derive(Debug, Args)]
pub(crate) struct Demo {}
impl Demo {
    pub(crate) fn run(self) -> Result<()> {
        Ok(())
    }
}
