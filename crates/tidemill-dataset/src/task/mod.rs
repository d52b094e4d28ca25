//! Long work on datasets: imports, synchronisations, exports. Each has a durable row from before it is answered
//! until its dataset goes; after a restart what was not over begins again from its request.

mod counts;
mod failure;
mod record;
mod resume;
mod running;
mod steps;

pub use counts::Counts;
pub use failure::{FailureReason, TaskFailure};
pub use record::{TaskKind, TaskPage, TaskRecord, TaskState};
pub(crate) use running::Running;
pub(crate) use steps::{Begin, Progress};
