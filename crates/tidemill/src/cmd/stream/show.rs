//! `tidemill stream show`

use crate::client::Connection;
use crate::output::{Output, table};
use anyhow::Result;
use clap::Args;
use tidemill_api::dis::{Partition, StreamDetail};

/// Show a stream and its partitions.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The stream.
    name: String,
}

impl Show {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let stream = connection.stream(&self.name)?;
        output.print(&serde_json::to_value(&stream)?, || text(&stream))
    }
}

fn text(stream: &StreamDetail) -> String {
    let head = format!(
        "{}  id {}  {}  {}  {} h retention\n\n",
        stream.stream_name, stream.stream_id, stream.status, stream.stream_type, stream.retention_period
    );
    let rows: Vec<Vec<String>> = stream.partitions.iter().map(row).collect();
    head + &table(&["PARTITION", "STATUS", "SEQUENCE_NUMBERS", "HASH_RANGE"], &rows)
}

fn row(partition: &Partition) -> Vec<String> {
    vec![
        partition.partition_id.clone(),
        partition.status.clone(),
        partition.sequence_number_range.clone().unwrap_or_default(),
        partition.hash_range.clone(),
    ]
}
