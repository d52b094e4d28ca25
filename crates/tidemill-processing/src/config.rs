//! How much a server gives to processing.

use std::path::PathBuf;

/// How much a server gives to processing.
#[derive(Clone, Debug)]
pub struct ProcessingConfig {
    /// Pictures worked on at once.
    pub threads: usize,
    /// Memory for pictures and what is made of them, in bytes. A picture that takes more is dropped, unread.
    pub memory_bytes: u64,
    /// Memory for queries over samples, in bytes.
    pub query_bytes: u64,
    /// Where queries that need more put what they hold.
    pub spill: PathBuf,
    /// The most samples of a shard.
    pub shard_samples: u64,
    /// The most bytes of a shard's objects, unless one object alone has more.
    pub shard_bytes: u64,
}

impl Default for ProcessingConfig {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads,
            memory_bytes: 1 << 30,
            query_bytes: 256 << 20,
            spill: std::env::temp_dir(),
            shard_samples: 256,
            shard_bytes: 128 << 20,
        }
    }
}
