//! `tidemill dump receipts`

use crate::client::Connection;
use crate::output::{Output, table};
use anyhow::Result;
use clap::Args;
use serde_json::Value;
use tidemill_dump::SealedReceipt;

/// Show what deleted dump tasks left behind: who deleted them, when, up to which record they had delivered.
///
/// Receipts are chained by hash: each names the hash of the one before.
#[derive(Debug, Args)]
pub(crate) struct Receipts {
    /// Only those of this stream.
    #[arg(long)]
    stream: Option<String>,
}

impl Receipts {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let found = connection.receipts(self.stream.as_deref())?;
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        let value: Value = serde_json::to_value(&found)?;
        output.print(&value, || {
            table(&["N", "TASK", "STREAM", "BY", "AT_MS", "OBJECTS", "LAST_DELIVERED", "UNDELIVERED"], &rows)
        })
    }
}

fn row(sealed: &SealedReceipt) -> Vec<String> {
    let receipt = &sealed.receipt;
    let each = |text: fn(&tidemill_dump::ReceiptPartition) -> String| {
        receipt.partitions.iter().map(text).collect::<Vec<_>>().join(",")
    };
    vec![
        receipt.n.to_string(),
        receipt.task_name.clone(),
        receipt.stream_name.clone(),
        receipt.who.clone(),
        receipt.at_ms.to_string(),
        receipt.objects_kept.to_string(),
        each(|p| p.last_delivered.to_string()),
        each(|p| format!("{}..{}", p.undelivered_from, p.undelivered_to)),
    ]
}
