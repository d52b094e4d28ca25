//! What readers keep at hand: open segment files with their index, and decoded blocks. Both bounded.

use super::block::{BlockEntry, SegmentId};
use super::device::DiskFile;
use crate::chunk::Run;
use lru::LruCache;
use parking_lot::Mutex;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tidemill_model::Incarnation;

/// A segment file opened for reading.
pub(crate) struct OpenSegment {
    pub(crate) file: Box<dyn DiskFile>,
    /// How much of it the index covers.
    pub(crate) length: u64,
    pub(crate) index: Arc<Vec<BlockEntry>>,
}

type BlockKey = (Incarnation, u64, u64);

struct Blocks {
    runs: LruCache<BlockKey, (usize, Arc<Vec<Run>>)>,
    bytes: usize,
}

/// The caches of all readers.
pub(crate) struct ReaderCache {
    segments: Mutex<LruCache<(Incarnation, u64), Arc<OpenSegment>>>,
    blocks: Mutex<Blocks>,
    block_bytes_max: usize,
}

impl ReaderCache {
    /// Keeps `segments` files open and `block_bytes` of blocks.
    pub(crate) fn new(segments: usize, block_bytes: usize) -> Self {
        let room = NonZeroUsize::new(segments).unwrap_or(NonZeroUsize::MIN);
        Self {
            segments: Mutex::new(LruCache::new(room)),
            blocks: Mutex::new(Blocks { runs: LruCache::unbounded(), bytes: 0 }),
            block_bytes_max: block_bytes,
        }
    }

    /// The open file, if its index covers `length` bytes.
    pub(crate) fn segment(&self, id: SegmentId, length: u64) -> Option<Arc<OpenSegment>> {
        let mut segments = self.segments.lock();
        segments.get(&(id.incarnation, id.id)).filter(|s| s.length == length).cloned()
    }

    /// Keeps an open file.
    pub(crate) fn keep_segment(&self, id: SegmentId, open: &Arc<OpenSegment>) {
        self.segments.lock().put((id.incarnation, id.id), Arc::clone(open));
    }

    /// The runs of a block.
    pub(crate) fn block(&self, id: SegmentId, offset: u64) -> Option<Arc<Vec<Run>>> {
        let mut blocks = self.blocks.lock();
        blocks.runs.get(&(id.incarnation, id.id, offset)).map(|(_, runs)| Arc::clone(runs))
    }

    /// Keeps the runs of a block of `bytes`; the least recently used ones make room.
    pub(crate) fn keep_block(&self, id: SegmentId, offset: u64, bytes: usize, runs: &Arc<Vec<Run>>) {
        let mut blocks = self.blocks.lock();
        let before = blocks.runs.put((id.incarnation, id.id, offset), (bytes, Arc::clone(runs)));
        blocks.bytes = blocks.bytes + bytes - before.map_or(0, |(old, _)| old);
        while blocks.bytes > self.block_bytes_max {
            let Some((_, (gone, _))) = blocks.runs.pop_lru() else { break };
            blocks.bytes -= gone;
        }
    }

    /// Closes a segment that is gone. Its blocks age out.
    pub(crate) fn forget(&self, id: SegmentId) {
        self.segments.lock().pop(&(id.incarnation, id.id));
    }
}
