//! `tidemill dataset create`

use super::import::wait_for_import;
use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::json;

/// Kinds of datasets and the numbers the API knows them by.
pub(super) const KINDS: &[(&str, u16)] = &[
    ("classification", 0),
    ("detection", 1),
    ("segmentation", 3),
    ("text", 100),
    ("entities", 101),
    ("triplets", 102),
    ("sound", 200),
    ("speech", 201),
    ("speech-segments", 202),
    ("table", 400),
    ("video", 600),
    ("free", 900),
];

/// Make a dataset of what lies below a path, and import it.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// 1 to 100 letters, digits, - and _.
    name: String,
    /// Where the samples are: obs://bucket/path/
    #[arg(long, value_name = "PATH")]
    input: String,
    /// Where versions and label files go: obs://bucket/path/, not below the input.
    #[arg(long, value_name = "PATH")]
    output: String,
    /// What the samples are for.
    #[arg(long, default_value = "classification", value_parser = PossibleValuesParser::new(KINDS.iter().map(|k| k.0)))]
    kind: String,
    /// A label; may be given more than once. Labels found beside samples are added anyway.
    #[arg(long, value_name = "NAME")]
    label: Vec<String>,
    /// Import no labels.
    #[arg(long)]
    unlabeled: bool,
    /// Do not wait for the import.
    #[arg(long)]
    no_wait: bool,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let kind = KINDS.iter().find(|(name, _)| *name == self.kind).map_or(0, |(_, code)| *code);
        let labels: Vec<_> = self.label.iter().map(|name| json!({ "name": name })).collect();
        let made = connection.create_dataset(&json!({
            "dataset_name": self.name,
            "dataset_type": kind,
            "data_sources": [{ "data_type": 0, "data_path": self.input }],
            "work_path": self.output,
            "work_path_type": 0,
            "labels": labels,
            "import_annotations": !self.unlabeled,
        }))?;
        let id = made["dataset_id"].as_str().unwrap_or_default();
        if let (Some(task), false) = (made["import_task_id"].as_str(), self.no_wait) {
            wait_for_import(connection, id, task)?;
        }
        output.done(&made, &format!("created dataset {} ({id})", self.name))
    }
}
