//! `tidemill model trial`: a model from elsewhere may ask for any amount of memory and time, so it is tried in a process
//! that has little of both.

use crate::output::write;
use anyhow::{Context, Result, bail};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::path::Path;
use std::process::{Command, Output};
use tidemill_embedding::{ModelDirectory, try_model};

const MEMORY_MAX: u64 = 8 << 30;
const SECONDS_MAX: u64 = 120;

/// Tries a model in this process, within limits that hold until its end.
pub(super) fn run(directory: &Path) -> Result<()> {
    limit()?;
    let dimensions = try_model(&ModelDirectory::read(directory)?)?;
    write(format!("{dimensions}\n").as_bytes())
}

/// Limits this process until its end.
pub(super) fn limit() -> Result<()> {
    for (resource, most) in [(Resource::As, MEMORY_MAX), (Resource::Cpu, SECONDS_MAX), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).context("cannot limit the trial of the model")?;
    }
    Ok(())
}

/// Tries a model in a process of its own.
pub(super) fn run_in_child(directory: &Path) -> Result<()> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let child = Command::new(program).args(["model", "trial"]).arg(directory).env_clear().output();
    let child = child.context("cannot try the model")?;
    refusal(&child).map_or(Ok(()), |reason| bail!("{reason}"))
}

/// Why a child refused a model; `None` if it did not.
pub(super) fn refusal(child: &Output) -> Option<String> {
    if child.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&child.stderr);
    let last = said.lines().rev().find_map(|line| line.strip_prefix("tidemill: "));
    Some(match last {
        Some(reason) if child.status.code().is_some() => reason.to_owned(),
        _ => format!("the model is refused: to try it took more than 8 GiB of memory or {SECONDS_MAX} s"),
    })
}
