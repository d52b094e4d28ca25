//! Proving a bucket from its own ledger, without the server.
//!
//! For each task with a ledger in the bucket: every entry is there, unaltered and chained, from the first to
//! at least the one the head names; each range starts where the one before ended; every object an entry names
//! is there once, with its size and SHA-256; and no object that carries the task's id is unaccounted for.
//! Together: complete, gap-free (or the gaps are named) and duplicate-free.
//!
//! What a bucket alone cannot show is a consistent return to an older state of everything, head included;
//! compare [`PartitionReport::head`] with the task's receipt or detail for that.

mod chain;
mod read;
mod report;

pub use report::{PartitionReport, Problem, ProblemKind, Report, TaskReport};

use crate::key::{OWN_PREFIX, head_key};
use crate::ledger::{Head, HeadPartition};
use chain::{Chain, Known};
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use read::read_json;
use std::collections::{BTreeMap, BTreeSet};

/// What to prove.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this task; else every task that has a ledger in the bucket.
    pub task_id: Option<String>,
    /// Trust sizes instead of reading every object: a change that keeps the size goes unnoticed.
    pub sizes_only: bool,
}

/// The bucket could not be read. This says nothing about what it holds.
#[derive(Debug, thiserror::Error)]
#[error("the bucket cannot be read: {0}")]
pub struct VerifyError(#[from] object_store::Error);

/// Proves the bucket. Reads only. While tasks are running, an object whose ledger entry is just being written
/// may be reported as [`ProblemKind::UnknownObject`]; run it again then.
pub async fn verify<S: ObjectStore + ?Sized>(store: &S, options: &Options) -> Result<Report, VerifyError> {
    // Data first: what is listed here has its ledger entry by the time the ledger is read.
    let names = object_names(store).await?;
    let mut tasks = Vec::new();
    for (task_id, partitions) in ledgers(store, options).await? {
        tasks.push(verify_task(store, options, task_id, partitions, &names).await?);
    }
    let ok = tasks.iter().all(|t| t.problems.is_empty());
    Ok(Report { ok, tasks })
}

/// Sizes of everything outside our own prefix that is named like a delivered object, by key.
async fn object_names<S: ObjectStore + ?Sized>(store: &S) -> Result<BTreeMap<String, u64>, VerifyError> {
    let own = format!("{OWN_PREFIX}/");
    let listed = store.list(None).map_ok(|meta| (meta.location.to_string(), meta.size));
    let named = |key: &str| key.contains("-shardId-") && !key.starts_with(&own);
    Ok(listed.try_filter(|(key, _)| std::future::ready(named(key))).try_collect().await?)
}

/// Tasks with a ledger, and the partitions whose entries were seen.
async fn ledgers<S: ObjectStore + ?Sized>(
    store: &S,
    options: &Options,
) -> Result<BTreeMap<String, BTreeSet<u32>>, VerifyError> {
    let root = format!("{OWN_PREFIX}/ledger");
    let mut found: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    if let Some(task_id) = &options.task_id {
        found.insert(task_id.clone(), BTreeSet::new());
    }
    let prefix = options.task_id.as_ref().map_or(root.clone(), |id| format!("{root}/{id}"));
    let mut listed = store.list(Some(&Path::from(prefix)));
    while let Some(meta) = listed.try_next().await? {
        let key = meta.location.to_string();
        let mut parts = key[root.len()..].split('/').skip(1);
        let Some(task_id) = parts.next() else { continue };
        let partitions = found.entry(task_id.to_owned()).or_default();
        let shard: Option<u32> =
            parts.next().and_then(|p| p.strip_prefix("shardId-")).and_then(|p| p.parse().ok());
        partitions.extend(shard);
    }
    Ok(found)
}

async fn verify_task<S: ObjectStore + ?Sized>(
    store: &S,
    options: &Options,
    task_id: String,
    mut partitions: BTreeSet<u32>,
    names: &BTreeMap<String, u64>,
) -> Result<TaskReport, VerifyError> {
    let mut problems = Vec::new();
    let head = match read_json::<Head, _>(store, &head_key(&task_id)).await? {
        Ok(head) => Some(head),
        Err(fault) => {
            problems.push(Problem::new(ProblemKind::HeadMissing, &head_key(&task_id), fault));
            None
        }
    };
    let ends: BTreeMap<u32, HeadPartition> =
        head.iter().flat_map(|h| &h.partitions).map(|p| (p.partition, p.clone())).collect();
    partitions.extend(ends.keys());
    let mut known = Known { names, seen: BTreeSet::new() };
    let mut reports = Vec::new();
    for partition in partitions {
        let (bucket, origin) =
            head.as_ref().map_or((None, None), |h| (h.bucket.as_deref(), h.origin.as_deref()));
        let mut chain = Chain {
            store,
            options,
            task_id: &task_id,
            partition,
            bucket,
            here: bucket == origin,
            problems: &mut problems,
        };
        reports.push(chain.walk(ends.get(&partition), &mut known).await?);
    }
    let mark = format!("-{task_id}-shardId-");
    let unknown = names.keys().filter(|key| key.contains(&mark) && !known.seen.contains(*key));
    problems.extend(
        unknown.map(|key| Problem::new(ProblemKind::UnknownObject, key, "no ledger entry names it".into())),
    );
    Ok(TaskReport {
        task_id,
        task: head.as_ref().map(|h| h.task.clone()),
        stream: head.as_ref().map(|h| h.stream.clone()),
        ended: head.as_ref().is_some_and(|h| h.ended),
        partitions: reports,
        problems,
    })
}
