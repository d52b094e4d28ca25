//! `tidemill dataset sync`

use super::import::note_left_out;
use super::{DatasetName, id_of};
use crate::client::Connection;
use crate::cmd::watch::{State, count, text, until_ended};
use crate::output::Output;
use anyhow::{Result, bail};

pub(crate) fn run(name: &DatasetName, connection: &Connection, output: Output) -> Result<()> {
    let id = id_of(connection, &name.dataset)?;
    connection.sync_dataset(&id)?;
    let ended = until_ended(connection, "synchronising", || {
        let now = connection.sync_state(&id)?;
        Ok(match text(&now, "status") {
            "COMPLETED" | "FAILED" | "TERMINATED" | "NOT_EXIST" => State::Ended(now),
            _ => State::Running {
                done: count(&now, "add_sample_count"),
                total: count(&now, "total_sample_count"),
            },
        })
    })?;
    if text(&ended, "status") != "COMPLETED" {
        bail!("the synchronisation failed: {}", text(&ended, "error_msg"));
    }
    note_left_out(&ended);
    let (new, gone) = (count(&ended, "add_sample_count"), count(&ended, "deleted_sample_count"));
    output.done(&ended, &format!("{new} new samples, {gone} gone"))
}
