//! `tidemill task create`

use super::operator::{Operator, parse, template};
use super::wait::wait_for_run;
use crate::client::Connection;
use crate::cmd::dataset;
use crate::cmd::watch::{count, text};
use crate::output::Output;
use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args};
use serde_json::{Value, json};

/// Make a task and run it.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("from").required(true).args(["input", "dataset"]))]
#[command(group = ArgGroup::new("to").required(true).args(["output", "to_dataset"]))]
pub(crate) struct Create {
    /// Its name.
    name: String,
    /// What to do: Name or Name:key=value,key=value; given more than once, one after the other.
    #[arg(long, value_name = "OPERATOR", required = true, value_parser = parse)]
    operator: Vec<Operator>,
    /// Images below this path: obs://bucket/path/
    #[arg(long, value_name = "PATH")]
    input: Option<String>,
    /// Images of this dataset.
    #[arg(long, value_name = "DATASET")]
    dataset: Option<String>,
    /// Of this version of the dataset; the current one if none is given.
    #[arg(long, value_name = "VERSION", requires = "dataset")]
    dataset_version: Option<String>,
    /// Products go below this path: obs://bucket/path/
    #[arg(long, value_name = "PATH")]
    output: Option<String>,
    /// Products become a new version of this dataset.
    #[arg(long, value_name = "DATASET")]
    to_dataset: Option<String>,
    /// Name of that version; the next one if none is given.
    #[arg(long, value_name = "VERSION", requires = "to_dataset")]
    to_version: Option<String>,
    /// What the images are for; a dataset knows it, below a path it is classification if nothing is said.
    #[arg(long, value_parser = PossibleValuesParser::new(["classification", "detection"]))]
    kind: Option<String>,
    /// Do not wait for the end.
    #[arg(long)]
    no_wait: bool,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let kind = self.task_type(connection)?;
        let operators: Vec<Value> = self.operator.iter().map(|operator| operator.wire(kind)).collect();
        let task = connection.create_processing(&json!({
            "name": self.name,
            "inputs": [self.source(connection)?],
            "work_path": self.target(connection)?,
            "template": { "id": template(&self.operator), "operator_params": operators },
            "create_version": true,
        }))?;
        if self.no_wait {
            return output.done(&json!({ "task_id": task }), &format!("running as {task}"));
        }
        let runs = connection.runs(&task)?;
        let version = runs.first().map(|run| text(run, "task_version_id").to_owned()).unwrap_or_default();
        let done = wait_for_run(connection, &task, &version)?;
        output.done(&done, &told(&done))
    }

    /// What is said, or the type of the dataset.
    fn task_type(&self, connection: &Connection) -> Result<&'static str> {
        let detection = match (&self.kind, &self.dataset) {
            (Some(kind), _) => kind == "detection",
            (None, Some(name)) => dataset::kind(&connection.dataset(name)?) == "detection",
            (None, None) => false,
        };
        Ok(if detection { "object_detection" } else { "image_classification" })
    }

    fn source(&self, connection: &Connection) -> Result<Value> {
        let Some(name) = &self.dataset else {
            return Ok(json!({ "type": "OBS", "source": self.input }));
        };
        let id = dataset::id_of(connection, name)?;
        let mut source = json!({ "type": "DATASET", "source": id });
        if let Some(version) = &self.dataset_version {
            source["version_id"] = dataset::version_of(connection, &id, version)?.into();
        }
        Ok(source)
    }

    fn target(&self, connection: &Connection) -> Result<Value> {
        let Some(name) = &self.to_dataset else {
            return Ok(json!({ "type": "OBS", "path": self.output }));
        };
        let mut target = json!({ "type": "DATASET", "path": dataset::id_of(connection, name)? });
        if let Some(version) = &self.to_version {
            target["version_name"] = version.as_str().into();
        }
        Ok(target)
    }
}

/// What a run did, and below it what people should look at.
pub(super) fn told(run: &Value) -> String {
    let warnings = warnings(run).map(|warning| format!("\nwarning: {warning}"));
    format!("{}{}", counts(run), warnings.collect::<String>())
}

/// What people should look at.
pub(super) fn warnings(run: &Value) -> impl Iterator<Item = &str> {
    run["tidemill"]["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// One line on what a run did.
pub(super) fn counts(run: &Value) -> String {
    format!(
        "{} samples: {} kept as they are, {} changed, {} dropped, {} added; {}",
        count(run, "origin_sample_count"),
        count(run, "unmodified_sample_count"),
        count(run, "modified_sample_count"),
        count(run, "deleted_sample_count"),
        count(run, "add_sample_count"),
        run["work_path"]["output_path"].as_str().unwrap_or_default(),
    )
}
