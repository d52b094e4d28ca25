//! `tidemill task again`

use super::create::told;
use super::wait::wait_for_run;
use super::{TaskName, id_of};
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;

pub(crate) fn run(name: &TaskName, connection: &Connection, output: Output) -> Result<()> {
    let task = id_of(connection, &name.task)?;
    let version = connection.run_again(&task)?;
    let done = wait_for_run(connection, &task, &version)?;
    output.done(&done, &told(&done))
}
