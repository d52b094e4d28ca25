//! Rows of dump tasks: the tasks, how far each partition is delivered, deliveries under way, the uploads
//! they made, the ledger and the receipts of deletions.
//!
//! Functions that take an [`Owner`] write only while the task still has the owner's epoch and say whether
//! it had.

mod delivery;
mod ledger;
mod position;
mod receipt;
mod task;
mod update;
mod upload;

pub use delivery::{Commit, IntentRow, commit, intents, mark_sent, put_intent};
pub use ledger::{LedgerRow, ledger_from};
pub use position::{PositionRow, add_position, mark_sealed, positions};
pub use receipt::{ReceiptRow, insert_receipt, last_receipt, receipts};
pub use task::{
    Inserted, TaskRow, all_tasks, change_state, claim, delete_task, fail_task, find_task, insert_task,
    leftovers, set_head, sweep_rows, tasks_of,
};
pub use update::{change_descriptor, leave_previous};
pub use upload::{UploadRow, announce_upload, forget_upload, name_upload, uploads_of};

use crate::{MetaError, Tx, args};

/// Who may write: a task and the epoch the writer was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The task.
    pub task_id: String,
    /// The epoch.
    pub epoch: i64,
}

/// Whether the task still has the owner's epoch.
pub async fn owns(tx: &mut dyn Tx, owner: &Owner) -> Result<bool, MetaError> {
    let sql = "SELECT 1 FROM dump_tasks WHERE task_id = $1 AND epoch = $2";
    Ok(!tx.query(sql, args![&owner.task_id, owner.epoch]).await?.is_empty())
}
