//! Ending a range: position and ledger entry in one transaction.

use crate::context::Context;
use crate::error::Trouble;
use crate::ledger::{Entry, GENESIS, Kind, ObjectProof, VERSION};
use crate::task::Task;
use tidemill_meta::dump::{Commit, LedgerRow, Owner, PositionRow};

/// What became of a range that starts at the partition's position.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) kind: Kind,
    /// Number after the last record of the range.
    pub(crate) to: u64,
    /// Records in the objects.
    pub(crate) count: u64,
    pub(crate) objects: Vec<ObjectProof>,
    /// Uploads that are accounted for by this.
    pub(crate) uploads: Vec<String>,
    /// In a move: the bucket of what follows.
    pub(crate) bucket: Option<String>,
}

impl Ended {
    /// A range whose objects leave no upload to account for.
    pub(crate) fn new(kind: Kind, to: u64, count: u64, objects: Vec<ObjectProof>) -> Self {
        Self { kind, to, count, objects, uploads: vec![], bucket: None }
    }

    /// Records that could not be encoded, and why the first could not.
    pub(crate) fn errors(&self) -> Option<(u64, &str)> {
        let errors = self.objects.iter().filter_map(|o| Some((o.count, o.error.as_deref()?)));
        errors.reduce(|(sum, why), (count, _)| (sum + count, why))
    }
}

/// Commits it and moves `position` along.
pub(crate) async fn commit(
    ctx: &Context,
    owner: &Owner,
    task: &Task,
    position: &mut PositionRow,
    ended: Ended,
) -> Result<(), Trouble> {
    let now_ms = ctx.clock.now_ms();
    let (body, hash) = entry(task, position, &ended, now_ms)
        .seal()
        .map_err(|e| Trouble::Fatal(format!("ledger entry: {e}")))?;
    let after = moved(position, &ended, now_ms, &hash);
    let entry = LedgerRow { partition: position.partition, n: position.entries, body, hash };
    let commit = Commit { before: position.clone(), after: after.clone(), entry, uploads: ended.uploads };
    ctx.commit(owner, commit).await?;
    *position = after;
    Ok(())
}

fn entry(task: &Task, position: &PositionRow, ended: &Ended, now_ms: i64) -> Entry {
    Entry {
        version: VERSION,
        task_id: task.id.clone(),
        stream: task.stream_name.clone(),
        incarnation: task.incarnation.to_string(),
        partition: position.partition,
        n: position.entries,
        previous: if position.entries == 0 { GENESIS.into() } else { position.head.clone() },
        kind: ended.kind,
        from: position.next,
        to: ended.to,
        count: ended.count,
        at_ms: now_ms,
        objects: ended.objects.clone(),
        bucket: ended.bucket.clone(),
    }
}

fn moved(position: &PositionRow, ended: &Ended, now_ms: i64, hash: &str) -> PositionRow {
    let mut after =
        PositionRow { next: ended.to, entries: position.entries + 1, head: hash.into(), ..position.clone() };
    after.objects += ended.objects.len() as u64;
    after.bytes += ended.objects.iter().map(|o| o.bytes).sum::<u64>();
    match ended.kind {
        Kind::Deliver | Kind::Replace => {
            after.last_ms = now_ms;
            let last = ended.objects.iter().map(|o| o.last).max();
            after.last_seq = last.map_or(position.last_seq, |last| i64::try_from(last).unwrap_or(i64::MAX));
            after.discard += ended.errors().map_or(0, |(count, _)| count);
        }
        Kind::Gap => after.discard += ended.to - position.next,
        Kind::Move | Kind::End => {}
    }
    after
}
