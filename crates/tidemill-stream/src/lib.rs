//! Streams: partitions, records in and out, cursors, apps, checkpoints, scaling and retention.
//!
//! [`Streams`] is the door. What a data call needs is in an immutable snapshot ([`Stream`]) and in the
//! record log; the metadata store is only touched when something about a stream changes.

mod catalog;
mod stream;
mod streams;

pub use stream::{
    AutoScale, CompressionFormat, DataType, Partition, PartitionState, ScaleRecord, Stream, StreamState,
    StreamType, Tag,
};
pub use streams::{OpenError, StreamEnd, Streams, StreamsConfig};
