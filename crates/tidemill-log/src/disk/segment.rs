//! Segments: what the log knows about a stream's settled files.

use super::block::{BlockEntry, SegmentId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidemill_model::Incarnation;

/// The records of one partition in a segment: `first .. next`, without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) partition: u32,
    pub(crate) first: u64,
    pub(crate) next: u64,
}

/// A segment file. Values of this type never change: a longer file is a new value.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) id: u64,
    /// Synced bytes; what lies behind them is not part of the log.
    pub(crate) length: u64,
    /// Whether nothing is appended to it any more.
    pub(crate) sealed: bool,
    pub(crate) first_arrival_ms: i64,
    pub(crate) last_arrival_ms: i64,
    pub(crate) time_max_ms: i64,
    /// Ordered by partition.
    pub(crate) ranges: Vec<Range>,
    /// Its blocks, ordered by partition and number, while it is being written.
    pub(crate) index: Option<Arc<Vec<BlockEntry>>>,
}

impl Segment {
    /// A segment without blocks.
    pub(crate) fn empty(id: u64) -> Self {
        Self {
            id,
            length: 0,
            sealed: false,
            first_arrival_ms: i64::MAX,
            last_arrival_ms: i64::MIN,
            time_max_ms: i64::MIN,
            ranges: Vec::new(),
            index: Some(Arc::default()),
        }
    }

    /// The records of a partition in this segment.
    pub(crate) fn range(&self, partition: u32) -> Option<Range> {
        let at = self.ranges.binary_search_by_key(&partition, |r| r.partition).ok()?;
        self.ranges.get(at).copied()
    }

    /// Counts a block in.
    pub(crate) fn add(&mut self, entry: &BlockEntry, first_arrival_ms: i64) {
        self.first_arrival_ms = self.first_arrival_ms.min(first_arrival_ms);
        self.last_arrival_ms = self.last_arrival_ms.max(entry.last_arrival_ms);
        self.time_max_ms = self.time_max_ms.max(entry.time_max_ms);
        match self.ranges.binary_search_by_key(&entry.partition, |r| r.partition) {
            Ok(at) => self.ranges[at].next = entry.end(),
            Err(at) => {
                let range = Range { partition: entry.partition, first: entry.first, next: entry.end() };
                self.ranges.insert(at, range);
            }
        }
    }
}

/// Where the files of a log lie.
#[derive(Clone, Debug)]
pub(crate) struct Layout(pub(crate) PathBuf);

impl Layout {
    pub(crate) fn format(&self) -> PathBuf {
        self.0.join("FORMAT")
    }
    pub(crate) fn manifest(&self, copy: char) -> PathBuf {
        self.0.join(format!("manifest.{copy}"))
    }
    pub(crate) fn reserve(&self) -> PathBuf {
        self.0.join("reserve")
    }
    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }
    pub(crate) fn ring(&self, slot: u32) -> PathBuf {
        self.journal().join(format!("{slot:02}.ring"))
    }
    pub(crate) fn segments(&self) -> PathBuf {
        self.0.join("segments")
    }
    pub(crate) fn stream(&self, incarnation: Incarnation) -> PathBuf {
        self.segments().join(incarnation.to_string())
    }
    pub(crate) fn segment(&self, segment: SegmentId) -> PathBuf {
        self.stream(segment.incarnation).join(format!("{:016x}.seg", segment.id))
    }
    pub(crate) fn index(&self, segment: SegmentId) -> PathBuf {
        self.segment(segment).with_extension("idx")
    }
    /// A path as it is named in errors: relative to the log's directory.
    pub(crate) fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.0).unwrap_or(path).display().to_string()
    }
}
