//! Names, identifiers, limits and the clock: what every other crate speaks in. No I/O.
//!
//! A value of one of these types is valid by construction: later layers never check it again.

pub mod clock;
pub mod event;
pub mod id;
pub mod limits;
pub mod name;
pub mod partition;

pub use clock::Clock;
pub use event::{Event, EventKind, Events};
pub use id::{Incarnation, ProjectId, random_hex32, random_id};
pub use name::{AppName, BucketName, InvalidName, StreamName, TaskName};
pub use partition::PartitionId;
