//! `tidemill subscription list`

use crate::client::Connection;
use crate::output::{Output, table};
use anyhow::Result;
use tidemill_api::dis::Subscription;

pub(crate) fn run(connection: &Connection, output: Output) -> Result<()> {
    let found = connection.subscriptions()?;
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    output.print(&serde_json::to_value(&found)?, || table(&["NAME", "ENABLED", "ABOUT", "TO"], &rows))
}

fn row(subscription: &Subscription) -> Vec<String> {
    let wanted = subscription.wanted.clone();
    let enabled = if wanted.enabled == Some(true) { "yes" } else { "no" };
    let to = wanted.webhook.or(wanted.target_stream.map(|name| format!("stream {name}")));
    vec![
        wanted.name.unwrap_or_default(),
        enabled.to_owned(),
        wanted.stream_name.unwrap_or_else(|| "everything".to_owned()),
        to.unwrap_or_default(),
    ]
}
