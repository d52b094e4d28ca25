//! Dump tasks: deliver a stream to object storage exactly once.
//!
//! [`Dumps`] is the door. Each running task has one runner that reads the record log, spools encoded records
//! to disk, announces a delivery (the intent), publishes its objects and commits position and ledger entry
//! together. The fence is the multipart upload: see [`sink`]. What it did can be proven offline: see
//! [`verify`].

mod act;
mod agency;
mod change;
mod commit;
mod config;
mod context;
mod create;
mod delete;
mod deliver;
mod descriptor;
mod encode;
mod error;
mod fill;
mod intent;
mod key;
pub mod ledger;
mod receipt;
mod recover;
mod retry;
mod runner;
mod seal;
pub mod sink;
mod slot;
mod spool;
mod sweep;
mod task;
mod tasks;
mod update;
pub mod verify;
mod view;

pub use act::Action;

pub use config::DumpConfig;
pub use descriptor::{
    Attribute, CloudtableDestination, CloudtableSchema, Column, Common, Destination, DestinationType,
    DliDestination, DwsDestination, DwsOptions, Invalid, MrsDestination, NewTask, ObsDestination, OneOrMore,
    OpentsdbSchema, Part, PointTag, ProcessingSchema, RowKey, Source, Staging, Strategy, TaskUpdate,
    Timestamp,
};
pub use encode::fuzz_payload;
pub use error::{
    ActError, CreateError, DeleteError, DumpError, FindError, OpenError, UnusableBucket, UpdateError,
};
pub use receipt::{Receipt, ReceiptPartition, SealedReceipt};
pub use retry::RetryPolicy;
pub use task::TaskState;
pub use tasks::Dumps;
pub use view::{PartitionView, TaskDetail, TaskPage, TaskSummary, Trouble as TaskTrouble};
