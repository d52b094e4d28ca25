//! Settings of the disk engine.

use std::time::Duration;

const MIB: u64 = 1 << 20;

/// Sizes and times of a [`DiskLog`](super::DiskLog). The defaults suit a server.
#[derive(Clone, Debug)]
pub struct DiskLogConfig {
    /// Files of the journal ring, at least 2. Fixed when the log is created.
    pub ring_files: u32,
    /// Bytes of one ring file, a multiple of 4096. Fixed when the log is created.
    pub ring_file_bytes: u64,
    /// Largest write of the journal in bytes; bounds the largest chunk too.
    pub group_bytes_max: usize,
    /// Bytes of records not yet in segments. Beyond it appends wait for the settler.
    pub memory_bytes: usize,
    /// Bytes of records not yet in segments from which on the settler runs; at most half of `memory_bytes`.
    pub settle_bytes: usize,
    /// Size from which on a segment is closed.
    pub segment_bytes: u64,
    /// Age from which on a segment is closed, so that retention works on slow streams.
    pub segment_age: Duration,
    /// Size a block of records aims at.
    pub block_bytes: usize,
    /// Bytes of decoded blocks kept for readers.
    pub block_cache_bytes: usize,
    /// Segment files kept open for readers.
    pub open_segments_max: usize,
    /// How long past their retention records are kept for a holder.
    pub hold_age: Duration,
    /// Bytes of segments kept for holders past retention, over all streams. Past it the oldest go.
    pub hold_bytes: u64,
    /// Free bytes of the file system below which puts are refused.
    pub disk_full_below: u64,
    /// Bytes set aside and given back when the disk is nearly full, so that deletes and retention work.
    pub reserve_bytes: u64,
    /// Quiet time after which the end of the journal is marked durable.
    pub idle_mark_after: Duration,
}

impl Default for DiskLogConfig {
    fn default() -> Self {
        Self {
            ring_files: 8,
            ring_file_bytes: 64 * MIB,
            group_bytes_max: 8 << 20,
            memory_bytes: 128 << 20,
            settle_bytes: 32 << 20,
            segment_bytes: 64 * MIB,
            segment_age: Duration::from_secs(3600),
            block_bytes: 64 << 10,
            block_cache_bytes: 16 << 20,
            open_segments_max: 64,
            hold_age: Duration::from_secs(72 * 3600),
            hold_bytes: 10 * 1024 * MIB,
            disk_full_below: 512 * MIB,
            reserve_bytes: 64 * MIB,
            idle_mark_after: Duration::from_millis(100),
        }
    }
}

impl DiskLogConfig {
    /// Sizes so small that a test crosses every boundary with a few kilobytes.
    pub fn tiny() -> Self {
        Self {
            ring_files: 4,
            ring_file_bytes: 256 << 10,
            group_bytes_max: 64 << 10,
            memory_bytes: 512 << 10,
            settle_bytes: 128 << 10,
            segment_bytes: 256 << 10,
            block_bytes: 4 << 10,
            block_cache_bytes: 64 << 10,
            open_segments_max: 2,
            hold_bytes: 1 << 20,
            disk_full_below: MIB,
            reserve_bytes: 64 << 10,
            idle_mark_after: Duration::from_millis(5),
            ..Self::default()
        }
    }

    /// The settings with what would not work together put right.
    pub(crate) fn sound(mut self) -> Self {
        self.ring_files = self.ring_files.max(2);
        self.ring_file_bytes = self.ring_file_bytes.next_multiple_of(super::BLOCK).max(4 * super::BLOCK);
        let ring_room = (self.ring_file_bytes - super::BLOCK) as usize;
        self.group_bytes_max = self.group_bytes_max.min(ring_room);
        self.memory_bytes = self.memory_bytes.clamp(64 << 10, u32::MAX as usize);
        self.settle_bytes = self.settle_bytes.min(self.memory_bytes / 2);
        self.open_segments_max = self.open_segments_max.max(1);
        self
    }
}
