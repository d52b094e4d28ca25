//! `tidemill conformance`

use super::target::connect;
use crate::client::Connection;
use crate::config::ClientFlags;
use crate::conformance::{Client, Recording, Replay, embedded, read_dir, replay};
use crate::output::{Output, note};
use anyhow::{Result, anyhow};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Replay recorded traffic of real clients against an endpoint and show what it answers differently.
///
/// Made for any endpoint that speaks DIS: it makes streams, apps and dump tasks with random names in the
/// project of the credentials and deletes them again. Exit code 1 if anything differs.
#[derive(Debug, Args)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct Conformance {
    #[command(flatten)]
    client: ClientFlags,
    /// Only clients whose names contain this.
    #[arg(long = "only", value_name = "CLIENT")]
    only: Option<String>,
    /// Existing bucket for dump tasks; without it, recordings with dump tasks are left out.
    #[arg(long, value_name = "BUCKET")]
    bucket: Option<String>,
    /// Folder with recordings, instead of those that came with this program.
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
}

impl Conformance {
    pub(crate) fn run(self, config: Option<&Path>, output: Output) -> Result<()> {
        let connection = connect(&self.client, config)?;
        let clients = self.recordings.as_deref().map_or_else(embedded, read_dir)?;
        let (mut report, mut differing) = (Vec::new(), 0);
        for client in clients.iter().filter(|client| self.wants(client)) {
            for recording in &client.recordings {
                let Some(found) = self.one(&connection, recording)? else { continue };
                differing += usize::from(!found.is_empty());
                show(output, client, recording, &found);
                report.push(
                    json!({"client": client.client, "recording": recording.name, "differences": found}),
                );
            }
        }
        let summary = format!("{} recordings replayed, {differing} answered differently", report.len());
        output.print(&Value::Array(report), || summary.clone())?;
        if differing == 0 { Ok(()) } else { Err(anyhow!(summary)) }
    }

    fn wants(&self, client: &Client) -> bool {
        self.only.as_ref().is_none_or(|only| client.client.contains(only))
    }

    /// The exchanges that differ; `None` if the recording is left out.
    fn one(&self, connection: &Connection, recording: &Recording) -> Result<Option<Vec<Replay>>> {
        if recording.needs_bucket && self.bucket.is_none() {
            return Ok(None);
        }
        let bucket = self.bucket.as_deref().unwrap_or_default();
        let mut found = replay(connection, recording, bucket)?;
        found.retain(|exchange| !exchange.differences.is_empty());
        Ok(Some(found))
    }
}

/// One line a recording, and a block for every exchange that differs; on stderr, as it goes.
fn show(output: Output, client: &Client, recording: &Recording, found: &[Replay]) {
    if output.json {
        return;
    }
    let verdict = if found.is_empty() { "same" } else { "DIFFERS" };
    note(&format!(
        "{verdict:8}{}: {} ({} requests)",
        client.client,
        recording.name,
        recording.exchanges.len()
    ));
    for exchange in found {
        note(&format!("    {}", exchange.request));
        for difference in &exchange.differences {
            let text = |value: &Option<Value>| value.as_ref().map_or("nothing".into(), Value::to_string);
            let (recorded, live) = (text(&difference.recorded), text(&difference.live));
            note(&format!("        {}: recorded {recorded}, now {live}", difference.at));
        }
    }
}
