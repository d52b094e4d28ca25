//! `tidemill task results`

use super::RunName;
use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::output::{Output, table};
use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;

/// What can become of a sample, in the order in which the API counts.
pub(super) const PROPERTIES: &[&str] = &["kept", "changed", "dropped", "added"];

/// New samples that were not made, or were left out later: no results.
pub(super) const WITHDRAWN: &str = "withdrawn";

/// Show what became of each sample, and why.
#[derive(Debug, Args)]
pub(crate) struct Results {
    #[command(flatten)]
    run: RunName,
    /// Only samples that this became of.
    #[arg(long, value_parser = PossibleValuesParser::new(PROPERTIES.iter().chain([&WITHDRAWN])))]
    only: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
}

impl Results {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let (task, version) = self.run.ids(connection)?;
        let (name, value) = asked(self.only.as_deref());
        let found = connection.results(&task, &version, (name, &value), self.limit)?;
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        output.print(&Value::Array(found), || table(&["", "SAMPLE", "WHY", "COMPARED WITH"], &rows))
    }
}

/// How the API is asked for the samples that this became of, or for all results.
pub(super) fn asked(only: Option<&str>) -> (&'static str, String) {
    if only == Some(WITHDRAWN) {
        return ("tidemill_withdrawn", "true".to_owned());
    }
    let code = only.and_then(|only| PROPERTIES.iter().position(|property| *property == only));
    ("result_property", code.map_or_else(|| "-1".to_owned(), |code| code.to_string()))
}

fn row(result: &Value) -> Vec<String> {
    vec![
        became(result).to_owned(),
        text(result, "origin_source").to_owned(),
        why(result),
        result["tidemill"]["compared_with"].as_str().unwrap_or_default().to_owned(),
    ]
}

/// What became of a sample.
pub(super) fn became(result: &Value) -> &'static str {
    PROPERTIES.get(count(result, "result_property") as usize).copied().unwrap_or("?")
}

/// Why, in English.
pub(super) fn why(result: &Value) -> String {
    let english = result["result_description"][0].as_array().map(Vec::as_slice).unwrap_or_default();
    english.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
}
