//! The log in memory: for tests, and the second implementation that keeps the suite honest.

use crate::chunk::{Chunk, Run};
use crate::page::{PageBuilder, first_at_time};
use crate::store::{
    Append, Bounds, Health, LogError, LogStore, Outcome, Page, PartitionRef, ReadError, ReadLimit, Refusal,
    Scope, Trimmed,
};
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tidemill_model::{Clock, Incarnation};

/// Keeps all records in memory. Nothing is durable: they live as long as a handle does.
#[derive(Debug)]
pub struct MemoryLog {
    clock: Clock,
    streams: Arc<Mutex<BTreeMap<Incarnation, Vec<Partition>>>>,
    stopped: AtomicBool,
}

#[derive(Debug, Default)]
struct Partition {
    runs: VecDeque<Run>,
    earliest: u64,
    held: u64,
    next: u64,
    last_arrival_ms: i64,
    holds: BTreeMap<String, u64>,
}

impl MemoryLog {
    /// An empty log that takes arrival times from `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, streams: Arc::default(), stopped: AtomicBool::new(false) }
    }

    /// A second log on the same records, as after a restart: not shut down, holds forgotten.
    pub fn reopen(&self) -> Self {
        for partition in self.streams.lock().values_mut().flatten() {
            partition.holds.clear();
        }
        Self {
            clock: self.clock.clone(),
            streams: Arc::clone(&self.streams),
            stopped: AtomicBool::new(false),
        }
    }

    fn with<T>(&self, at: PartitionRef, f: impl FnOnce(&mut Partition) -> T) -> Option<T> {
        self.streams.lock().get_mut(&at.incarnation)?.get_mut(at.partition as usize).map(f)
    }
}

impl Partition {
    fn bounds(&self) -> Bounds {
        Bounds { earliest: self.earliest, held: self.held, next: self.next }
    }

    fn append(&mut self, chunk: Chunk, now_ms: i64) -> Outcome {
        let first = self.next;
        self.last_arrival_ms = self.last_arrival_ms.max(now_ms);
        self.next += u64::from(chunk.count);
        let run = Run { first, count: chunk.count, arrival_ms: self.last_arrival_ms, body: chunk.body };
        self.runs.push_back(run);
        Outcome::Assigned { first, count: chunk.count }
    }

    fn read(&self, from: u64, limit: ReadLimit, scope: Scope) -> Result<Page, ReadError> {
        let floor = if scope == Scope::Visible { self.earliest } else { self.held };
        if from < floor {
            return Err(ReadError::Trimmed { from, earliest: floor });
        }
        if from > self.next {
            return Err(ReadError::Beyond { from, next: self.next });
        }
        let mut page = PageBuilder::new(from, limit);
        for run in &self.runs {
            page.push(run);
            if page.is_full() {
                break;
            }
        }
        Ok(page.finish())
    }

    /// True if the bounds moved.
    fn trim(&mut self, cutoff_ms: i64) -> bool {
        let before = self.bounds();
        let kept = self.runs.iter().find(|r| r.arrival_ms >= cutoff_ms).map_or(self.next, |r| r.first);
        self.earliest = self.earliest.max(kept);
        let wanted = self.holds.values().min().copied().unwrap_or(self.earliest);
        self.held = wanted.clamp(self.held, self.earliest);
        let held = self.held;
        self.runs.retain(|r| r.first + u64::from(r.count) > held);
        self.bounds() != before
    }
}

#[async_trait]
impl LogStore for MemoryLog {
    async fn create_stream(&self, incarnation: Incarnation, partitions: u32) -> Result<(), LogError> {
        let mut streams = self.streams.lock();
        if streams.contains_key(&incarnation) {
            return Err(LogError::Exists);
        }
        streams.insert(incarnation, (0..partitions).map(|_| Partition::default()).collect());
        Ok(())
    }

    async fn grow_stream(&self, incarnation: Incarnation, partitions: u32) -> Result<(), LogError> {
        let mut streams = self.streams.lock();
        let stream = streams.get_mut(&incarnation).ok_or(LogError::UnknownStream)?;
        let wanted = stream.len().max(partitions as usize);
        stream.resize_with(wanted, Partition::default);
        Ok(())
    }

    async fn delete_stream(&self, incarnation: Incarnation) -> Result<(), LogError> {
        self.streams.lock().remove(&incarnation);
        Ok(())
    }

    async fn streams(&self) -> Vec<(Incarnation, u32)> {
        self.streams.lock().iter().map(|(i, p)| (*i, p.len() as u32)).collect()
    }

    async fn append(&self, append: Append) -> Vec<Outcome> {
        let now_ms = self.clock.now_ms();
        let mut streams = self.streams.lock();
        let mut stream = streams.get_mut(&append.incarnation);
        let mut one = |partition: u32, chunk| {
            if self.stopped.load(Ordering::SeqCst) {
                return Outcome::Refused(Refusal::Stopped);
            }
            let Some(stream) = stream.as_mut() else { return Outcome::Refused(Refusal::UnknownStream) };
            match stream.get_mut(partition as usize) {
                Some(partition) => partition.append(chunk, now_ms),
                None => Outcome::Refused(Refusal::UnknownPartition),
            }
        };
        append.chunks.into_iter().map(|(partition, chunk)| one(partition, chunk)).collect()
    }

    fn bounds(&self, partition: PartitionRef) -> Option<Bounds> {
        self.with(partition, |p| p.bounds())
    }

    async fn read(
        &self,
        partition: PartitionRef,
        from: u64,
        limit: ReadLimit,
        scope: Scope,
    ) -> Result<Page, ReadError> {
        self.with(partition, |p| p.read(from, limit, scope)).ok_or(ReadError::Unknown)?
    }

    async fn seek_time(&self, partition: PartitionRef, time_ms: i64) -> Result<u64, ReadError> {
        self.with(partition, |p| {
            p.runs.iter().find_map(|r| first_at_time(r, p.earliest, time_ms)).unwrap_or(p.next)
        })
        .ok_or(ReadError::Unknown)
    }

    async fn trim(&self, incarnation: Incarnation, cutoff_ms: i64) -> Result<Vec<Trimmed>, LogError> {
        let mut streams = self.streams.lock();
        let stream = streams.get_mut(&incarnation).ok_or(LogError::UnknownStream)?;
        let moved = (0u32..).zip(stream.iter_mut()).filter_map(|(partition, p)| {
            p.trim(cutoff_ms).then(|| Trimmed { partition, bounds: p.bounds() })
        });
        Ok(moved.collect())
    }

    fn hold(&self, partition: PartitionRef, holder: &str, from: Option<u64>) {
        self.with(partition, |p| match from {
            Some(from) => p.holds.insert(holder.to_owned(), from),
            None => p.holds.remove(holder),
        });
    }

    fn health(&self) -> Health {
        match self.stopped.load(Ordering::SeqCst) {
            true => Health::Stopped("shut down".into()),
            false => Health::Ready,
        }
    }

    async fn shutdown(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }
}
