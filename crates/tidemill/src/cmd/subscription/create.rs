//! `tidemill subscription create`

use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use clap::Args;
use tidemill_api::dis::PutSubscription;

/// Send events to a webhook or into a stream.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// 1 to 64 letters, digits, - and _.
    name: String,
    /// URL that takes signed messages (standardwebhooks.com); the secret is printed.
    #[arg(long, value_name = "URL", required_unless_present = "to_stream", conflicts_with = "to_stream")]
    webhook: Option<String>,
    /// Stream that takes messages as records.
    #[arg(long, value_name = "STREAM")]
    to_stream: Option<String>,
    /// Only events of this stream.
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,
    /// Only events of this level: Normal or Warning; may be given more than once.
    #[arg(long, value_name = "LEVEL")]
    level: Vec<String>,
    /// Only events about this: Stream, "Dump task" or User; may be given more than once.
    #[arg(long, value_name = "SOURCE")]
    source: Vec<String>,
    /// Make it, but send nothing yet.
    #[arg(long)]
    disabled: bool,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let made = connection.create_subscription(&PutSubscription {
            name: Some(self.name),
            enabled: Some(!self.disabled),
            stream_name: self.stream,
            levels: Some(self.level),
            sources: Some(self.source),
            webhook: self.webhook,
            target_stream: self.to_stream,
            ..PutSubscription::default()
        })?;
        // The secret is data: it goes to stdout, so that it can be piped to where it is needed.
        let secret = made.secret.clone().unwrap_or_default();
        output.print(&serde_json::to_value(&made)?, || secret)
    }
}
