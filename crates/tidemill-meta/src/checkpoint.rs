//! Checkpoints: how far an app is on a partition.

use crate::{MetaError, Row, Tx, args};

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The partition's index.
    pub partition: u32,
    /// The number as it was committed; never interpreted.
    pub sequence: u64,
    /// Text of the app.
    pub metadata: String,
}

fn checkpoint_of(row: &Row) -> Result<CheckpointRow, MetaError> {
    let partition = u32::try_from(row.int(0)?).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    Ok(CheckpointRow { partition, sequence: row.uint(1)?, metadata: row.text(2)? })
}

/// Keeps a checkpoint; `false` if the app or the stream is gone.
pub async fn put_checkpoint(
    tx: &mut dyn Tx,
    project: &str,
    app: &str,
    stream_id: &str,
    row: &CheckpointRow,
) -> Result<bool, MetaError> {
    let sql = "INSERT INTO checkpoints (app_id, stream_id, partition, sequence, metadata) \
               SELECT a.id, s.id, $4, $5, $6 FROM apps a, streams s \
               WHERE a.project = $1 AND a.name = $2 AND s.id = $3 \
               ON CONFLICT (app_id, stream_id, partition) DO UPDATE SET \
               sequence = excluded.sequence, metadata = excluded.metadata";
    let args = args![project, app, stream_id, row.partition, row.sequence, &row.metadata];
    Ok(tx.execute(sql, args).await? == 1)
}

/// The app's checkpoints on a stream by partition.
pub async fn checkpoints(
    tx: &mut dyn Tx,
    app_id: &str,
    stream_id: &str,
) -> Result<Vec<CheckpointRow>, MetaError> {
    let sql = "SELECT partition, sequence, metadata FROM checkpoints \
               WHERE app_id = $1 AND stream_id = $2 ORDER BY partition";
    tx.query(sql, args![app_id, stream_id]).await?.iter().map(checkpoint_of).collect()
}

/// The app's checkpoint on one partition.
pub async fn checkpoint(
    tx: &mut dyn Tx,
    app_id: &str,
    stream_id: &str,
    partition: u32,
) -> Result<Option<CheckpointRow>, MetaError> {
    let sql = "SELECT partition, sequence, metadata FROM checkpoints \
               WHERE app_id = $1 AND stream_id = $2 AND partition = $3";
    tx.query(sql, args![app_id, stream_id, partition]).await?.first().map(checkpoint_of).transpose()
}

/// Removes the app's checkpoints on a stream, or on one partition of it; how many there were.
pub async fn delete_checkpoints(
    tx: &mut dyn Tx,
    app_id: &str,
    stream_id: &str,
    partition: Option<u32>,
) -> Result<u64, MetaError> {
    match partition {
        None => {
            let sql = "DELETE FROM checkpoints WHERE app_id = $1 AND stream_id = $2";
            tx.execute(sql, args![app_id, stream_id]).await
        }
        Some(partition) => {
            let sql = "DELETE FROM checkpoints WHERE app_id = $1 AND stream_id = $2 AND partition = $3";
            tx.execute(sql, args![app_id, stream_id, partition]).await
        }
    }
}

/// Names of the streams of the app's project on which it has a checkpoint, ascending. Streams of others, which it
/// reads by a policy, cannot be found by their names.
pub async fn committed_streams(tx: &mut dyn Tx, app_id: &str) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT s.name FROM streams s JOIN apps a ON a.project = s.project \
               WHERE a.id = $1 AND s.state <> 'TERMINATING' AND s.id IN \
               (SELECT stream_id FROM checkpoints WHERE app_id = $1) ORDER BY s.name";
    tx.query(sql, args![app_id]).await?.iter().map(|row| row.text(0)).collect()
}

/// The largest committed number of every (stream, partition): the log must reach at least that far.
pub async fn largest_committed(tx: &mut dyn Tx) -> Result<Vec<(String, CheckpointRow)>, MetaError> {
    let sql = "SELECT partition, MAX(sequence), '', stream_id FROM checkpoints GROUP BY stream_id, partition";
    let rows = tx.query(sql, args![]).await?;
    rows.iter().map(|row| Ok((row.text(3)?, checkpoint_of(row)?))).collect()
}
