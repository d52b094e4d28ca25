//! Rows of processing tasks: the tasks, their runs, the shards a run is cut into and what is finished of them,
//! and the objects that deleted runs left.

mod cleanup;
mod list;
mod run;
mod shard;
mod task;

pub use cleanup::{CleanupRow, cleanups, forget_cleanup};
pub use list::{
    RunKey, TaskKey, count_runs, current_run, newest_completed_run, newest_run, runs_page, task_keys,
};
pub use run::{
    Ended, RunRow, delete_run, end_run, find_run, insert_run, runs_of_task, seal_run, set_target_version,
    start_run, unfinished_runs,
};
pub use shard::{CommitRow, ShardRow, commit_shard, commits, shards};
pub use task::{TaskRow, delete_task, describe_task, find_task, insert_task, next_version};
