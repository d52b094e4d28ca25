//! `tidemill task show`

use super::TaskName;
use super::create::{counts, warnings};
use crate::client::Connection;
use crate::cmd::watch::{count, text};
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::{Value, json};

pub(crate) fn run(name: &TaskName, connection: &Connection, output: Output) -> Result<()> {
    let task = connection.processing_task(&name.task)?;
    let runs = connection.runs(text(&task, "task_id"))?;
    output.print(&json!({ "task": task, "versions": runs }), || describe(&task, &runs))
}

fn describe(task: &Value, runs: &[Value]) -> String {
    let operators = task["template"]["operator_params"].as_array().map(Vec::as_slice).unwrap_or_default();
    let operators: Vec<&str> = operators.iter().map(|operator| text(operator, "name")).collect();
    let head = format!(
        "{}  id {}  {}\n{}\n",
        text(task, "name"),
        text(task, "task_id"),
        super::state(count(task, "status")),
        operators.join(", "),
    );
    let why = match text(task, "error_msg") {
        "" => String::new(),
        why => format!("{why}\n"),
    };
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    let table = table(&["VERSION", "ID", "STATE", "SECONDS", "RESULT"], &rows);
    let of_run =
        |run| warnings(run).map(move |warning| format!("\n{}: {warning}", text(run, "version_name")));
    let of_task = warnings(task).filter(|_| runs.is_empty()).map(|warning| format!("\nwarning: {warning}"));
    let warnings: String = runs.iter().flat_map(of_run).chain(of_task).collect();
    format!("{head}{why}\n{table}{warnings}")
}

fn row(run: &Value) -> Vec<String> {
    let state = count(run, "status");
    vec![
        text(run, "version_name").to_owned(),
        text(run, "task_version_id").to_owned(),
        super::state(state).to_owned(),
        count(run, "duration_seconds").to_string(),
        if state == 2 { counts(run) } else { String::new() },
    ]
}
