//! `tidemill dataset publish`

use super::id_of;
use crate::client::Connection;
use crate::cmd::watch::{State, count, text, until_ended};
use crate::output::Output;
use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;

/// Publish the samples and labels as they are as an immutable version.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The dataset: its name or its id.
    dataset: String,
    /// Name of the version; V001, V002 and so on if none is given.
    #[arg(long, value_name = "VERSION")]
    name: Option<String>,
    /// Share of the labeled samples that is for training, 0 to 1; the rest is for evaluation.
    #[arg(long, value_name = "SHARE", default_value = "1.00")]
    train_share: String,
    /// Do not wait for the end.
    #[arg(long)]
    no_wait: bool,
}

impl Publish {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let id = id_of(connection, &self.dataset)?;
        let mut wanted = json!({ "train_evaluate_sample_ratio": self.train_share });
        if let Some(name) = self.name {
            wanted["version_name"] = name.into();
        }
        let version = connection.publish_dataset(&id, &wanted)?;
        if self.no_wait {
            return output.done(&json!({ "version_id": version }), &format!("publishing as {version}"));
        }
        let made = until_ended(connection, "publishing", || {
            let now = connection.dataset_version(&id, &version)?;
            Ok(if count(&now, "status") == 0 {
                State::Running { done: 0, total: 0 }
            } else {
                State::Ended(now)
            })
        })?;
        if count(&made, "status") != 1 {
            bail!("the version was not published: {}", text(&made, "message"));
        }
        let (name, samples) = (text(&made, "version_name"), count(&made, "total_sample_count"));
        output.done(&made, &format!("published {name}: {samples} samples, {}", text(&made, "manifest_path")))
    }
}
