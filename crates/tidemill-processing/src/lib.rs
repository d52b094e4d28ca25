//! Processing tasks: operators over samples, run shard by shard, so that every picture has an answer and a reason.
//!
//! [`Processing`] is the door. A task ([`task`](self)) is a container of runs; a run lists its input once, cuts it into
//! shards and takes every shard through its stages; see [`run`](self). All queries over samples are in `engine`.

mod config;
mod context;
mod engine;
mod error;
mod operator;
mod processing;
mod run;
mod task;
mod trial;

pub use config::ProcessingConfig;
pub use error::{OpenError, ProcessingError, Unanalysable};
pub use operator::Reason;
pub use processing::Processing;
pub use run::{ResultPage, SampleResult, sample_id};
pub use task::{ResultsQuery, TaskFilter, TaskOrder, Template, VersionOrder, WITHDRAWN};
pub use trial::GeneratorTrial;
