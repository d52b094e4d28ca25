//! `tidemill task report`: one page that needs no network, with pictures and curves in it.

mod curves;
mod html;
mod picture;
mod samples;

use super::wait::COMPLETED;
use super::{RunName, create, id_of, state};
use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::failure::usage;
use crate::output::Output;
use anyhow::{Context, Result};
use clap::Args;
use html::Page;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Write a page that shows each changed or dropped sample before and after, and feature curves.
#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    run: RunName,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// Feature curves of this analysis task; given more than once, laid over one another.
    #[arg(long, value_name = "TASK")]
    analysis: Vec<String>,
    /// At most so many samples of each kind are shown.
    #[arg(long, value_name = "N", default_value_t = 200)]
    samples: usize,
}

impl Report {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let (task, version) = self.run.ids(connection)?;
        let run = connection.run_of(&task, &version)?;
        let mut page = Page::titled(&format!("{} {}", self.run.task, text(&run, "version_name")));
        page.paragraph(&outcome(&run));
        samples::write(&mut page, connection, (&task, &version), self.samples)?;
        curves::write(&mut page, &self.analyses(connection)?);
        std::fs::write(&self.output, page.finish())
            .with_context(|| format!("cannot write {}", self.output.display()))?;
        let file = self.output.display().to_string();
        output.done(
            &json!({ "written": file, "samples": count(&run, "origin_sample_count") }),
            &format!("wrote {file}"),
        )
    }

    /// The names and results of the analyses.
    fn analyses(&self, connection: &Connection) -> Result<Vec<(String, Value)>> {
        let one = |name: &String| {
            let task = connection.processing_task(&id_of(connection, name)?)?;
            let result = task["result"].clone();
            if result.is_null() {
                return Err(usage(format!("task {name} is no completed feature analysis")));
            }
            Ok((name.clone(), result))
        };
        self.analysis.iter().map(one).collect()
    }
}

/// What came of a run: the counts of one that has completed, else why there are none.
fn outcome(run: &Value) -> String {
    match count(run, "status") {
        COMPLETED => create::counts(run),
        code => match text(run, "error_msg") {
            "" => format!("The run is {} and has no results.", state(code)),
            why => format!("The run is {} and has no results: {why}", state(code)),
        },
    }
}
