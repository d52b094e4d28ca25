//! Streams: partitions, records in and out, cursors, apps, checkpoints, scaling and retention.
//!
//! [`Streams`] is the door. What a data call needs is in an immutable snapshot ([`Stream`]) and in the
//! record log; the metadata store is only touched when something about a stream changes.

mod app;
mod append;
mod auto_scale;
mod catalog;
mod checkpoint;
mod create;
mod cursor;
mod delete;
mod group;
mod hash_range;
mod history;
mod notice;
mod open;
mod payload;
mod policy;
mod read;
mod retention;
mod route;
mod rows;
mod scale;
mod schema;
mod stream;
mod streams;
mod tag;
mod tag_change;
mod tag_query;
mod throttle;
mod traffic;
mod update;

pub use app::{App, AppError, AppPage, AppRef};
pub use append::{AppendError, PutRecord, RecordError, RecordOutcome};
pub use checkpoint::{Checkpoint, CheckpointError, Consumption};
pub use create::{CreateError, NewStream};
pub use cursor::{CursorTextError, CursorType, fuzz_cursor};
pub use delete::DeleteError;
pub use group::{
    GroupError, Heartbeat, JoinGroup, Joined, MemberAssignment, Membership, Subscription, Synced,
};
pub use hash_range::{HASH_MAX, hash_key, hash_range};
pub use open::OpenError;
pub use payload::Payload;
pub use policy::{Asker, Grant, GrantError, GrantedAction, LookupError};
pub use read::{CursorError, GetError, Position, parse_sequence};
pub use scale::ScaleError;
pub use stream::{
    AutoScale, CompressionFormat, DataType, Partition, PartitionState, ScaleOutcome, ScaleRecord, Stream,
    StreamState, StreamType, Tag,
};
pub use streams::{StreamEnd, Streams, StreamsConfig};
pub use tag::TagRefusal;
pub use tag_change::{TagChange, TagError};
pub use tag_query::{TagGroup, TagQuery};
pub use traffic::{Count, Counters};
pub use update::{StreamUpdate, UpdateError};
