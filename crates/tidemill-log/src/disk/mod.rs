//! The log on local disk: a journal ring as write-ahead log, and segments of settled records per stream.
//!
//! One thread writes the journal ([`writer`]), one moves durable records into segments ([`settler`]), one
//! writes the ring's files for the first time and ends. Everything is found again from the manifest and
//! the journal behind it ([`recovery`]). The bytes are described in `docs/formats.md`.

mod aligned;
mod append;
mod block;
mod cache;
mod codec;
mod config;
mod cut;
mod device;
mod fault;
mod frame;
mod fuzz;
#[cfg(test)]
mod golden;
mod index;
mod manifest;
mod queue;
mod reader;
mod recovery;
mod replay;
mod retention;
mod ring;
mod segment;
mod segment_reader;
mod segment_writer;
mod settler;
mod shared;
mod space;
mod state;
mod streams;
mod sweep;
mod threads;
mod writer;

pub use config::DiskLogConfig;
pub use device::{Access, Disk, DiskFile, SystemDisk};
pub use fault::FaultyDisk;
pub use fuzz::fuzz_frame_decoder;

use crate::store::{
    Append, Bounds, Health, LogError, LogStore, Outcome, Page, PartitionRef, ReadError, ReadLimit, Scope,
    Trimmed,
};
use aligned::AlignedBuf;
use async_trait::async_trait;
use cache::ReaderCache;
use parking_lot::{Mutex, RwLock};
use queue::Queue;
use ring::{RingGate, RingWriter};
use segment::Layout;
use shared::{Kick, Shared};
use space::Space;
use std::io;
use std::path::Path;
use std::sync::Arc;
use threads::Threads;
use tidemill_model::{Clock, Incarnation};
use tokio::sync::{Notify, Semaphore};

/// Alignment and unit of direct writes, in bytes.
pub(crate) const BLOCK: u64 = 4096;

/// The log in a directory. Dropping it ends its threads; what was acknowledged is durable in any case.
pub struct DiskLog {
    shared: Arc<Shared>,
    threads: Arc<Threads>,
}

impl DiskLog {
    /// Opens the log in `dir`, or makes a new one there.
    ///
    /// Reads the manifest and the journal behind it, never the segments: the time does not grow with what
    /// is kept. A new ring is written in the background; the first append waits for its first file only.
    /// Only one process may open a directory: that is the caller's to ensure.
    pub fn open(dir: &Path, config: DiskLogConfig, clock: Clock) -> Result<Self, LogError> {
        Self::open_on(Arc::new(SystemDisk), dir, config, clock)
    }

    /// Like [`DiskLog::open`] on another [`Disk`]: for injected faults.
    pub fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        config: DiskLogConfig,
        clock: Clock,
    ) -> Result<Self, LogError> {
        let config = config.sound();
        let layout = Layout(dir.to_owned());
        let opened = recovery::open(&*disk, &layout, &config)?;
        let ring = RingWriter::new(&layout, opened.shape, opened.state.end);
        let replayed = opened.state.unsettled > 0;
        let shared = Arc::new(share(disk, layout, config, clock, opened));
        shared.note_space(0);
        if !shared.space.is_full() && shared.space.reserve().is_err() {
            shared.disk_full();
        }
        if replayed {
            shared.kick.now();
        }
        let threads = Arc::new(Threads::start(&shared, ring)?);
        Ok(Self { shared, threads })
    }

    /// Moves everything durable from the journal into segments now instead of when enough has come together.
    pub async fn settle(&self) -> Result<(), LogError> {
        Ok(self.blocking(settler::pass).await?)
    }

    /// Runs blocking work beside the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> T + Send + 'static,
    ) -> io::Result<T> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || work(&shared)).await.map_err(io::Error::other)
    }
}

fn share(
    disk: Arc<dyn Disk>,
    layout: Layout,
    config: DiskLogConfig,
    clock: Clock,
    opened: recovery::Opened,
) -> Shared {
    // A log keeps the ring it was made with.
    let config =
        DiskLogConfig { ring_files: opened.shape.files, ring_file_bytes: opened.shape.file_bytes, ..config }
            .sound();
    Shared {
        space: Space::new(Arc::clone(&disk), &layout, config.disk_full_below, config.reserve_bytes),
        full_notice: Notify::new(),
        readers: ReaderCache::new(config.open_segments_max, config.block_cache_bytes),
        budget: Arc::new(Semaphore::new(config.memory_bytes)),
        ring: RingGate::new(opened.filled, opened.state.settled.slot),
        kick: Kick::default(),
        queue: Queue::default(),
        state: RwLock::new(opened.state),
        manifest: Mutex::new(opened.files),
        doomed: Mutex::default(),
        pass: Mutex::new(AlignedBuf::default()),
        shape: opened.shape,
        disk,
        layout,
        config,
        clock,
    }
}

impl Drop for DiskLog {
    fn drop(&mut self) {
        self.threads.end(&self.shared);
    }
}

#[async_trait]
impl LogStore for DiskLog {
    async fn create_stream(&self, incarnation: Incarnation, partitions: u32) -> Result<(), LogError> {
        self.blocking(move |shared| streams::create(shared, incarnation, partitions)).await?
    }

    async fn grow_stream(&self, incarnation: Incarnation, partitions: u32) -> Result<(), LogError> {
        self.blocking(move |shared| streams::grow(shared, incarnation, partitions)).await?
    }

    async fn delete_stream(&self, incarnation: Incarnation) -> Result<(), LogError> {
        self.blocking(move |shared| streams::delete(shared, incarnation)).await?
    }

    async fn streams(&self) -> Vec<(Incarnation, u32)> {
        let state = self.shared.state.read();
        state.streams.iter().map(|(i, s)| (*i, s.partitions.len() as u32)).collect()
    }

    async fn append(&self, append: Append) -> Vec<Outcome> {
        append::append(&self.shared, append).await
    }

    fn bounds(&self, partition: PartitionRef) -> Option<Bounds> {
        self.shared.state.read().partition(partition).map(|p| p.bounds())
    }

    async fn read(
        &self,
        partition: PartitionRef,
        from: u64,
        limit: ReadLimit,
        scope: Scope,
    ) -> Result<Page, ReadError> {
        match reader::read_tail(&self.shared, partition, from, limit, scope) {
            Some(page) => page,
            None => self.blocking(move |shared| reader::read(shared, partition, from, limit, scope)).await?,
        }
    }

    async fn seek_time(&self, partition: PartitionRef, time_ms: i64) -> Result<u64, ReadError> {
        self.blocking(move |shared| reader::seek_time(shared, partition, time_ms)).await?
    }

    async fn trim(&self, incarnation: Incarnation, cutoff_ms: i64) -> Result<Vec<Trimmed>, LogError> {
        self.blocking(move |shared| retention::trim(shared, incarnation, cutoff_ms)).await?
    }

    fn hold(&self, partition: PartitionRef, holder: &str, from: Option<u64>) {
        if let Some(p) = self.shared.state.write().partition_mut(partition) {
            match from {
                Some(from) => p.holds.insert(holder.to_owned(), from),
                None => p.holds.remove(holder),
            };
        }
    }

    fn health(&self) -> Health {
        if let Some(reason) = self.shared.state.read().stopped.clone() {
            return Health::Stopped(reason);
        }
        if self.shared.refuses_for_space() { Health::DiskFull } else { Health::Ready }
    }

    async fn shutdown(&self) {
        let threads = Arc::clone(&self.threads);
        // An error would mean that the runtime is going away; then the threads end when the log is dropped.
        let _ = self.blocking(move |shared| threads.end(shared)).await;
    }
}
