//! `tidemill dataset export`

use super::{id_of, version_of};
use crate::client::Connection;
use crate::cmd::watch::{State, count, text, until_ended};
use crate::output::Output;
use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;

/// Write samples and label files below a path.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The dataset: its name or its id.
    dataset: String,
    /// Where to: obs://bucket/path/
    path: String,
    /// Export this version instead of the samples as they are.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Only labeled samples.
    #[arg(long)]
    labeled: bool,
    /// One directory a label instead of label files beside the samples.
    #[arg(long)]
    by_label: bool,
    /// Do not wait for the end.
    #[arg(long)]
    no_wait: bool,
}

impl Export {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let id = id_of(connection, &self.dataset)?;
        let mut wanted = json!({
            "path": self.path,
            "export_type": if self.labeled { 0 } else { 2 },
            "export_format": if self.by_label { 1 } else { 2 },
        });
        if let Some(version) = &self.version {
            wanted["version_id"] = version_of(connection, &id, version)?.into();
        }
        let task = connection.export_dataset(&id, &wanted)?;
        if self.no_wait {
            return output.done(&json!({ "task_id": task }), &format!("exporting as {task}"));
        }
        let ended = until_ended(connection, "exporting", || {
            let now = connection.export_task(&id, &task)?;
            Ok(match text(&now, "status") {
                "SUCCESSED" | "FAILED" => State::Ended(now),
                _ => {
                    let (done, total) =
                        (count(&now, "finished_sample_count"), count(&now, "total_sample_count"));
                    State::Running { done, total }
                }
            })
        })?;
        if text(&ended, "status") == "FAILED" {
            bail!("the export failed: {}", text(&ended, "error_msg"));
        }
        output.done(&ended, &format!("exported {} samples", count(&ended, "finished_sample_count")))
    }
}
