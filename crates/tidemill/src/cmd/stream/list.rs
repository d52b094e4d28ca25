//! `tidemill stream list`

use crate::client::Connection;
use crate::output::{Output, table};
use anyhow::Result;
use tidemill_api::dis::StreamInfo;

pub(crate) fn run(connection: &Connection, output: Output) -> Result<()> {
    let streams = connection.streams()?;
    let value = serde_json::to_value(&streams)?;
    let rows: Vec<Vec<String>> = streams.iter().map(row).collect();
    output.print(&value, || table(&["NAME", "STATUS", "TYPE", "PARTITIONS", "RETENTION_H"], &rows))
}

fn row(stream: &StreamInfo) -> Vec<String> {
    vec![
        stream.stream_name.clone(),
        stream.status.clone(),
        stream.stream_type.clone(),
        stream.partition_count.to_string(),
        stream.retention_period.to_string(),
    ]
}
