//! What a stage finds out over the whole run, kept among the run's tables so that every shard reads only its own.

use super::directory;
use super::record::COPIES_MAX;
use super::shard::Worker;
use crate::engine::Share;
use crate::error::Trouble;
use tidemill_meta::processing::ShardRow;

/// The tables of one stage. Their keys are the same however often a run goes on, and so is what they hold.
#[derive(Debug)]
pub(crate) struct Shares {
    directory: String,
    of_shards: Vec<Share>,
}

impl Shares {
    pub(crate) fn new(run_id: &str, stage: u64, shards: &[ShardRow]) -> Self {
        let directory = format!("{}/{stage}/shares", directory(run_id));
        let share = |row: &ShardRow| {
            let next = i64::try_from(row.first.saturating_add(row.samples)).unwrap_or(i64::MAX);
            let end = next.saturating_mul(i64::from(COPIES_MAX));
            Share { key: format!("{directory}/{:08}.arrow", row.shard), end }
        };
        Self { of_shards: shards.iter().map(share).collect(), directory }
    }

    /// The tables of the shards, in order.
    pub(super) fn of_shards(&self) -> &[Share] {
        &self.of_shards
    }

    /// Where tables lie that are not cut yet.
    pub(super) fn parts(&self) -> String {
        format!("{}/parts", self.directory)
    }

    /// The table of a shard; empty for one that the run does not have.
    pub(super) fn key(&self, shard: u64) -> &str {
        let share = usize::try_from(shard).ok().and_then(|shard| self.of_shards.get(shard));
        share.map_or("", |share| &share.key)
    }
}

impl Worker {
    /// Whether everything was found out before the run was interrupted.
    pub(super) async fn is_shared(&self, shares: &Shares) -> Result<bool, Trouble> {
        self.unless_stopped(self.ctx.engine.is_shared(shares.of_shards())).await
    }

    /// Removes what was cut.
    pub(super) async fn remove_parts(&self, shares: &Shares) -> Result<(), Trouble> {
        self.unless_stopped(self.ctx.engine.remove_below(&shares.parts(), &[])).await
    }
}
