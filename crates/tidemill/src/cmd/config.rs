//! `tidemill config check | reference`

use crate::config::key::{self, Key};
use crate::config::{Layers, ServerFlags, Settings, reference};
use crate::output::{Output, note, table, write};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::Path;

/// Check settings and show where each came from.
#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Read all layers as `serve` would and print every setting with its origin; secrets are masked.
    Check(ServerFlags),
    /// Print the reference page of all settings (docs/configuration.md); with --json, the table it is made from.
    Reference {
        /// Print the example file (config/tidemill.toml) instead.
        #[arg(long)]
        toml: bool,
    },
}

impl Config {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        match self.verb {
            Verb::Check(flags) => check(&Layers::load(&flags.0, config)?, output),
            Verb::Reference { .. } if output.json => output.print(&reference::json(), String::new),
            Verb::Reference { toml: true } => write(reference::example().as_bytes()),
            Verb::Reference { toml: false } => write(reference::markdown().as_bytes()),
        }
    }
}

fn check(layers: &Layers, output: Output) -> Result<()> {
    let rows: Vec<Vec<String>> = key::all()
        .map(|key| vec![key.name.to_owned(), shown(layers, key), layers.origin(key.name).to_string()])
        .collect();
    let settings: serde_json::Map<_, _> =
        rows.iter().map(|row| (row[0].clone(), json!({ "value": row[1], "origin": row[2] }))).collect();
    let file = layers.file.as_ref().map(|path| path.display().to_string());
    let value = json!({ "file": file, "settings": settings });
    output.print(&value, || table(&["SETTING", "VALUE", "ORIGIN"], &rows))?;
    warn_of_strangers(layers);
    Settings::read(layers).map(drop)
}

fn shown(layers: &Layers, key: &Key) -> String {
    match layers.text(key.name) {
        None => String::new(),
        Some(_) if key.secret => "***".to_owned(),
        Some(text) => text.to_owned(),
    }
}

/// Tells of environment variables that look like settings and are none.
pub(crate) fn warn_of_strangers(layers: &Layers) {
    for (name, near) in &layers.strangers {
        let hint = near.as_ref().map_or(String::new(), |near| format!("; did you mean {near}?"));
        note(&format!("warning: the environment variable {name} is no setting{hint}"));
    }
}
