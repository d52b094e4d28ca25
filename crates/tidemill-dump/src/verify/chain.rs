//! Walking one partition's chain from its first entry.

use super::report::{PartitionReport, Problem, ProblemKind};
use super::{Options, read::read_json};
use crate::key::entry_key;
use crate::ledger::{Entry, GENESIS, HeadPartition, Kind, ObjectProof, SealedEntry, VERSION, hash};
use crate::sink::sha256_of;
use object_store::ObjectStore;
use object_store::path::Path;
use std::collections::{BTreeMap, BTreeSet};

/// Objects of the bucket, and which of them the ledger accounted for.
pub(super) struct Known<'a> {
    pub(super) names: &'a BTreeMap<String, u64>,
    pub(super) seen: BTreeSet<String>,
}

/// One partition of one task.
pub(super) struct Chain<'a, S: ?Sized> {
    pub(super) store: &'a S,
    pub(super) options: &'a Options,
    pub(super) task_id: &'a str,
    pub(super) partition: u32,
    /// The bucket all this is in, if the task has moved.
    pub(super) bucket: Option<&'a str>,
    /// Whether the objects of the entries being read are in this bucket.
    pub(super) here: bool,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl<S: ObjectStore + ?Sized> Chain<'_, S> {
    /// Follows the chain to its end, and at least to where the head says it goes.
    pub(super) async fn walk(
        &mut self,
        end: Option<&HeadPartition>,
        known: &mut Known<'_>,
    ) -> object_store::Result<PartitionReport> {
        let mut report = PartitionReport { partition: self.partition, ..PartitionReport::default() };
        let mut previous = GENESIS.to_owned();
        let mut at_end_of_head = None;
        loop {
            let n = report.entries;
            let key = entry_key(self.task_id, self.partition, n);
            let sealed = match read_json::<SealedEntry, _>(self.store, &key).await? {
                Ok(sealed) => sealed,
                Err(fault) => {
                    self.chain_ends(n, end, &key, fault).await?;
                    break;
                }
            };
            match self.link(&sealed, n, &previous) {
                Ok(entry) => self.account(&entry, &key, &mut report, known).await?,
                Err(fault) => self.problem(ProblemKind::EntryAltered, &key, fault),
            }
            previous = sealed.hash;
            report.entries += 1;
            report.head.clone_from(&previous);
            if end.is_some_and(|e| e.entries == report.entries) {
                at_end_of_head = Some(report.clone());
            }
        }
        self.compare(end, at_end_of_head);
        Ok(report)
    }

    /// No entry `n`: fine at the end of the chain, a loss before it.
    async fn chain_ends(
        &mut self,
        n: u64,
        end: Option<&HeadPartition>,
        key: &str,
        fault: String,
    ) -> object_store::Result<()> {
        let next = entry_key(self.task_id, self.partition, n + 1);
        let hole = read_json::<SealedEntry, _>(self.store, &next).await?.is_ok();
        if hole || end.is_some_and(|e| n < e.entries) || fault != "it is not there" {
            self.problem(ProblemKind::EntryMissing, key, fault);
        }
        Ok(())
    }

    fn compare(&mut self, end: Option<&HeadPartition>, reached: Option<PartitionReport>) {
        let Some(end) = end else { return };
        let key = crate::key::head_key(self.task_id);
        let fits = reached.is_some_and(|r| r.head == end.hash && r.to == end.next);
        if !fits && end.entries > 0 {
            let detail = format!(
                "partition {}: the head names {} entries up to record {}",
                self.partition, end.entries, end.next
            );
            self.problem(ProblemKind::TailLost, &key, detail);
        }
    }

    /// The entry, if it is unaltered and continues the chain.
    fn link(&self, sealed: &SealedEntry, n: u64, previous: &str) -> Result<Entry, String> {
        if hash(sealed.entry.get()) != sealed.hash {
            return Err("it does not match its hash".into());
        }
        let entry: Entry =
            serde_json::from_str(sealed.entry.get()).map_err(|e| format!("it cannot be read: {e}"))?;
        if entry.version != VERSION {
            return Err(format!("version {} is not known here", entry.version));
        }
        let place = (entry.task_id.as_str(), entry.partition, entry.n);
        if place != (self.task_id, self.partition, n) || entry.previous != previous {
            return Err("it does not continue the chain".into());
        }
        Ok(entry)
    }

    async fn account(
        &mut self,
        entry: &Entry,
        key: &str,
        report: &mut PartitionReport,
        known: &mut Known<'_>,
    ) -> object_store::Result<()> {
        if entry.n == 0 {
            (report.from, report.to) = (entry.from, entry.from);
        }
        if entry.from != report.to || entry.to < entry.from {
            let detail = format!("it covers {}..{} after {}", entry.from, entry.to, report.to);
            self.problem(ProblemKind::RangeBroken, key, detail);
        }
        self.range(entry, key);
        match entry.kind {
            Kind::Deliver | Kind::Replace | Kind::End => {}
            Kind::Gap => report.gaps.push((entry.from, entry.to)),
            Kind::Move => self.here = entry.bucket.as_deref() == self.bucket,
        }
        // What was delivered to another bucket is for that bucket to prove.
        let objects = if self.here { entry.objects.as_slice() } else { &[] };
        for object in objects {
            self.object(object, known).await?;
            report.objects += 1;
            report.records += object.count;
            report.errors += if object.error.is_some() { object.count } else { 0 };
            report.bytes += object.bytes;
        }
        report.to = entry.to;
        Ok(())
    }

    /// The objects of a delivery make up its range: no more, no less.
    fn range(&mut self, entry: &Entry, key: &str) {
        if !matches!(entry.kind, Kind::Deliver | Kind::Replace) {
            return;
        }
        let records: u64 = entry.objects.iter().map(|o| o.count).sum();
        let inside =
            entry.objects.iter().all(|o| o.first >= entry.from && o.last < entry.to && o.first <= o.last);
        if records != entry.count || !inside {
            let detail = format!("its objects hold {records} of its {} records", entry.count);
            self.problem(ProblemKind::RangeBroken, key, detail);
        }
    }

    async fn object(&mut self, object: &ObjectProof, known: &mut Known<'_>) -> object_store::Result<()> {
        if !known.seen.insert(object.key.clone()) {
            self.problem(ProblemKind::ObjectTwice, &object.key, "two ledger entries name it".into());
        }
        // Published and recorded after the listing: look again.
        let size = match known.names.get(&object.key) {
            Some(size) => Some(*size),
            None => self.size(&object.key).await?,
        };
        match size {
            None => self.problem(ProblemKind::ObjectMissing, &object.key, "it is not there".into()),
            Some(size) if size != object.bytes => {
                let detail = format!("it has {size} bytes, the ledger says {}", object.bytes);
                self.problem(ProblemKind::ObjectAltered, &object.key, detail);
            }
            Some(_) if self.options.sizes_only => {}
            Some(_) => self.digest(object).await?,
        }
        Ok(())
    }

    async fn size(&self, key: &str) -> object_store::Result<Option<u64>> {
        let options = object_store::GetOptions { head: true, ..Default::default() };
        match self.store.get_opts(&Path::from(key), options).await {
            Ok(found) => Ok(Some(found.meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn digest(&mut self, object: &ObjectProof) -> object_store::Result<()> {
        match sha256_of(self.store, &Path::from(object.key.as_str())).await? {
            Some(sha256) if sha256 == object.sha256 => {}
            Some(sha256) => {
                let detail = format!("its SHA-256 is {sha256}, the ledger says {}", object.sha256);
                self.problem(ProblemKind::ObjectAltered, &object.key, detail);
            }
            None => self.problem(ProblemKind::ObjectMissing, &object.key, "it is not there".into()),
        }
        Ok(())
    }

    fn problem(&mut self, kind: ProblemKind, key: &str, detail: String) {
        self.problems.push(Problem::new(kind, key, detail));
    }
}
