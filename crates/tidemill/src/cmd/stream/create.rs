//! `tidemill stream create`

use crate::client::Connection;
use crate::output::Output;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
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
    /// File with the Avro schema of the records, a record of JSON members; without it they are any bytes.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let schema = self.schema.as_deref().map(read).transpose()?;
        connection.create_stream(&CreateStream {
            stream_name: Some(self.name.clone()),
            partition_count: Some(self.partitions.into()),
            stream_type: Some(self.kind),
            data_duration: Some(self.retention.into()),
            data_type: schema.is_some().then(|| "JSON".to_owned()),
            data_schema: schema,
            ..CreateStream::default()
        })?;
        let text = format!("created stream {} with {} partition(s)", self.name, self.partitions);
        output.done(&json!({ "created": self.name }), &text)
    }
}

fn read(schema: &Path) -> Result<String> {
    std::fs::read_to_string(schema).with_context(|| format!("cannot read the schema {}", schema.display()))
}
