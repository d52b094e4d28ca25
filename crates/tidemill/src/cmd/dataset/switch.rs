//! `tidemill dataset switch`

use super::{id_of, version_of};
use crate::client::Connection;
use crate::cmd::watch::{State, count, until_ended};
use crate::output::Output;
use anyhow::Result;
use clap::Args;

/// What the API calls a dataset that is going back to a version.
const SWITCHING: u64 = 7;

/// Go back to the samples and labels of a version.
#[derive(Debug, Args)]
pub(crate) struct Switch {
    /// The dataset: its name or its id.
    dataset: String,
    /// The version: its name or its id.
    version: String,
}

impl Switch {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let id = id_of(connection, &self.dataset)?;
        let version = version_of(connection, &id, &self.version)?;
        connection.switch_dataset(&id, &version)?;
        let dataset = until_ended(connection, "switching", || {
            let now = connection.dataset(&id)?;
            let switching = count(&now, "status") == SWITCHING;
            Ok(if switching { State::Running { done: 0, total: 0 } } else { State::Ended(now) })
        })?;
        output.done(&dataset, &format!("{} is at version {}", self.dataset, self.version))
    }
}
