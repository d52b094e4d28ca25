//! The record log: the [`LogStore`] trait, its conformance suite and the disk engine.
//!
//! What every backend promises: an acknowledged record is durable, and a partition's numbers strictly
//! increase and are never reused. Readers only ever see the durable end, never the assigned end.

pub mod chunk;
pub mod disk;
pub mod memory;
mod page;
pub mod store;
pub mod suite;

pub use chunk::{Chunk, ChunkBuilder, Piece, RecordView, Run};
pub use disk::{DiskLog, DiskLogConfig};
pub use memory::MemoryLog;
pub use store::{
    Append, Bounds, Health, LogError, LogStore, Outcome, Page, PartitionRef, ReadError, ReadLimit, Refusal,
    Scope, Trimmed,
};
