//! `tidemill stream create`

use crate::client::Connection;
use crate::output::Output;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use tidemill_api::dis::CreateStream;

/// Create a stream.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// 1 to 64 letters, digits, - and _.
    name: String,
    /// Partitions: records of one partition keep their order.
    #[arg(long, default_value_t = 1, value_name = "COUNT")]
    partitions: u32,
    /// COMMON or ADVANCED.
    #[arg(long = "type", default_value = "COMMON", value_name = "TYPE")]
    kind: String,
    /// Hours a record is kept, 24 to 72.
    #[arg(long, default_value_t = 24, value_name = "HOURS")]
    retention: u32,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        connection.create_stream(&CreateStream {
            stream_name: Some(self.name.clone()),
            partition_count: Some(self.partitions.into()),
            stream_type: Some(self.kind),
            data_duration: Some(self.retention.into()),
            ..CreateStream::default()
        })?;
        let text = format!("created stream {} with {} partition(s)", self.name, self.partitions);
        output.done(&json!({ "created": self.name }), &text)
    }
}
