//! Shards of runs and what is finished of them.

use crate::{MetaError, Row, Tx, args};

/// Some samples of a run, next to each other in the order of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardRow {
    /// The number of the shard, from 0 on.
    pub shard: u64,
    /// The number of its first sample.
    pub first: u64,
    /// How many samples it has.
    pub samples: u64,
}

/// A finished shard of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRow {
    /// The stage, from 0 on.
    pub stage: u64,
    /// The shard.
    pub shard: u64,
    /// The object that holds what came out; empty where nothing does.
    pub object: String,
}

/// The shards of a run, ascending.
pub async fn shards(tx: &mut dyn Tx, run_id: &str) -> Result<Vec<ShardRow>, MetaError> {
    let sql = "SELECT shard, first, samples FROM processor_shards WHERE run_id = $1 ORDER BY shard";
    let read = |row: &Row| Ok(ShardRow { shard: row.uint(0)?, first: row.uint(1)?, samples: row.uint(2)? });
    tx.query(sql, args![run_id]).await?.iter().map(read).collect()
}

/// What is finished of a run, by stage and shard.
pub async fn commits(tx: &mut dyn Tx, run_id: &str) -> Result<Vec<CommitRow>, MetaError> {
    let sql = "SELECT stage, shard, object FROM processor_commits WHERE run_id = $1 ORDER BY stage, shard";
    let read = |row: &Row| Ok(CommitRow { stage: row.uint(0)?, shard: row.uint(1)?, object: row.text(2)? });
    tx.query(sql, args![run_id]).await?.iter().map(read).collect()
}

/// Notes that a shard of a stage is finished. False if the run does not run any more; the first of two
/// finishers stays.
pub async fn commit_shard(tx: &mut dyn Tx, run_id: &str, c: &CommitRow) -> Result<bool, MetaError> {
    let running = "SELECT 1 FROM processor_runs WHERE run_id = $1 AND status = 1";
    if tx.query(running, args![run_id]).await?.is_empty() {
        return Ok(false);
    }
    let sql = "INSERT INTO processor_commits (run_id, stage, shard, object) VALUES ($1, $2, $3, $4) ON CONFLICT (run_id, stage, shard) DO NOTHING";
    tx.execute(sql, args![run_id, c.stage, c.shard, &c.object]).await?;
    Ok(true)
}
