//! `tidemill dataset import`

use super::id_of;
use crate::client::Connection;
use crate::cmd::watch::{State, count, text, until_ended};
use crate::output::{Output, note};
use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

/// Import a directory or a manifest.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The dataset: its name or its id.
    dataset: String,
    /// What to import: obs://bucket/path/ or, with --manifest, obs://bucket/file.manifest
    path: String,
    /// The path is a manifest.
    #[arg(long)]
    manifest: bool,
    /// Import no labels.
    #[arg(long)]
    unlabeled: bool,
    /// Import only labels, for samples that are there already.
    #[arg(long, conflicts_with = "unlabeled")]
    labels_only: bool,
    /// Do not wait for the end.
    #[arg(long)]
    no_wait: bool,
}

impl Import {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let id = id_of(connection, &self.dataset)?;
        let task = connection.import_into_dataset(
            &id,
            &json!({
                "import_path": self.path,
                "import_type": if self.manifest { "manifest" } else { "dir" },
                "import_annotations": !self.unlabeled,
                "import_samples": !self.labels_only,
            }),
        )?;
        if self.no_wait {
            return output.done(&json!({ "task_id": task }), &format!("importing as {task}"));
        }
        let ended = wait_for_import(connection, &id, &task)?;
        output.done(&ended, &format!("imported {} samples", count(&ended, "imported_sample_count")))
    }
}

/// Waits for an import; fails if it did.
pub(super) fn wait_for_import(connection: &Connection, dataset: &str, task: &str) -> Result<Value> {
    let ended = until_ended(connection, "importing", || {
        let now = connection.import_task(dataset, task)?;
        Ok(match text(&now, "status") {
            "COMPLETED" | "FAILED" | "TERMINATED" => State::Ended(now),
            _ => {
                let (done, total) = (count(&now, "imported_sample_count"), count(&now, "total_sample_count"));
                State::Running { done, total }
            }
        })
    })?;
    if text(&ended, "status") != "COMPLETED" {
        bail!("the import failed: {}", ended["error_msg"].as_str().unwrap_or("no reason was given"));
    }
    note_left_out(&ended);
    Ok(ended)
}

/// Tells what was left out, and why.
pub(super) fn note_left_out(task: &Value) {
    if let Some(why) = task["error_msg"].as_str() {
        note(why);
    }
}
